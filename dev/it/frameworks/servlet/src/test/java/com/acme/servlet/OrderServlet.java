package com.acme.servlet;

import io.leakguard.LeakGuard;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** Legal requests, and those with a bug. */
@SuppressWarnings({"serial", "StreamResourceLeak"}) // one is planted, one is under a guard
final class OrderServlet extends HttpServlet {

    private final LeakGuard guard;
    private final DataSource database;
    private final Path folder;

    OrderServlet(LeakGuard guard, DataSource database, Path folder) {
        this.guard = guard;
        this.database = database;
        this.folder = folder;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            switch (request.getPathInfo()) {
                case "/orders" -> orders(response);
                case "/file" -> file(response);
                case "/list" -> list(response);
                case "/async" -> async(request.startAsync());
                case "/upload" -> upload(request, response);
                case "/fails" -> fails();
                case "/leak/file" -> leaksFile(response);
                case "/leak/list" -> leaksList(response);
                case "/leak/connection" -> leaksConnection(response);
                default -> response.sendError(404);
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    // ------------------------------------------------------------------------------------------- legal

    private void orders(HttpServletResponse response) throws SQLException, IOException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("select name from orders where id = ?")) {
            statement.setInt(1, 1);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    response.getWriter().println(result.getString(1));
                }
            }
        }
    }

    private void file(HttpServletResponse response) throws IOException {
        try (InputStream in = guard.wrap(Files.newInputStream(folder.resolve("order.txt")))) {
            in.transferTo(response.getOutputStream());
        }
    }

    private void list(HttpServletResponse response) throws IOException {
        try (Stream<Path> files = guard.wrap(Files.list(folder))) {
            response.getWriter().println(files.count());
        }
    }

    private void async(AsyncContext async) {
        async.start(() -> {
            try (InputStream in = guard.wrap(Files.newInputStream(folder.resolve("order.txt")))) {
                in.transferTo(async.getResponse().getOutputStream());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } finally {
                async.complete();
            }
        });
    }

    private void upload(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try (InputStream in = guard.wrap(request.getInputStream())) {
            response.getWriter().println(in.readAllBytes().length);
        }
    }

    private void fails() throws IOException {
        try (InputStream in = guard.wrap(Files.newInputStream(folder.resolve("order.txt")))) {
            throw new IOException("on purpose, with " + in.available());
        }
    }

    // ------------------------------------------------------------------------------------------- bugs

    private void leaksFile(HttpServletResponse response) throws IOException {
        InputStream in = guard.wrap(Files.newInputStream(folder.resolve("order.txt"))); // PLANTED file
        response.getWriter().println(in.read());
    }

    private void leaksList(HttpServletResponse response) throws IOException {
        response.getWriter().println(guard.wrap(Files.list(folder)).count()); // PLANTED list
    }

    private void leaksConnection(HttpServletResponse response) throws SQLException, IOException {
        Connection connection = database.getConnection(); // PLANTED connection
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select count(*) from orders");
        result.next();
        response.getWriter().println(result.getInt(1));
    }
}
