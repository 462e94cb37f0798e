package io.leakguard.agent.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/** A web server in a process of its own. */
final class WebProcess implements AutoCloseable {

    private final JavaProcess process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final String address;

    private WebProcess(List<String> options, String program) throws IOException {
        process = JavaProcess.of(options, program);
        address = "http://127.0.0.1:"
                + process.awaitLine(line -> line.startsWith("ready ")).substring(6);
    }

    static WebProcess counter(List<String> options) throws IOException {
        return new WebProcess(options, "com.acme.shop.Counter");
    }

    static WebProcess shop(String... agents) throws IOException {
        List<String> options = new ArrayList<>(List.of(agents));
        options.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-Dserver.port=0",
                "-Dserver.address=127.0.0.1",
                "-Dspring.main.banner-mode=off",
                "-Dspring.datasource.url=jdbc:h2:mem:shop",
                "-Dspring.jpa.hibernate.ddl-auto=create"));
        return new WebProcess(options, "com.acme.shop.Shop");
    }

    JavaProcess process() {
        return process;
    }

    void get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(address + path)).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new AssertionError(path + ": " + answer + " " + answer.body() + "\n" + process.all());
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
