package io.leakguard.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Generates {@code events.csv}: always the same one. Run it with the file's path when a job is added. */
final class EventsFile {

    private static final int EVENTS = 5_000;
    private static final String[] CUSTOMERS = {"Ada Brown", "Ben Carter", "Cleo Diaz", "Dan Evans", "Eve Foster"};
    private static final String[] UMLAUTS = {"Jürgen Köhler", "Åse Lund", "Zoë Müller"};

    /** A job, its share of the events, how many of its events in a hundred are trouble, and their detail. */
    private record Kind(String job, int share, int troublePercent, String fine, String trouble) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("import", 29, 3, "ORDR", ""),
            new Kind("invoice", 15, 2, "", ""),
            new Kind("forward", 20, 2, "10000", "60"),
            new Kind("sweep", 9, 4, "normal", "urgent"),
            new Kind("search", 9, 5, "order", "refund"),
            new Kind("archive", 5, 4, "again", "day"),
            new Kind("batch", 4, 6, "12", "twelve"),
            new Kind("probe", 4, 8, "up", "down"),
            new Kind("lookup", 5, 6, "7", "99"),
            new Kind("settle", 8, 5, "42", "4242"),
            new Kind("audit", 6, 5, "open", "lost"),
            new Kind("subscribe", 4, 8, "once", "stay"),
            new Kind("export", 3, 0, "some", ""),
            new Kind("month", 3, 8, "today", "all"),
            new Kind("receipt", 5, 8, "paper", "paperless"));

    /** What takes long is asked for early, and not often. */
    private static final Map<Integer, String> LONG =
            Map.of(50, "nightly,all", 250, "export,everything", 400, "nightly,all", 600, "export,everything");

    private EventsFile() {}

    static List<String> generate() {
        Random random = new Random(8841);
        List<String> lines = new ArrayList<>();
        lines.add("id,job,customer,bytes,detail");
        int days = 0;
        for (int id = 1; id <= EVENTS; id++) {
            int at = random.nextInt(KINDS.stream().mapToInt(Kind::share).sum());
            int k = 0;
            while (at >= KINDS.get(k).share) {
                at -= KINDS.get(k++).share;
            }
            Kind kind = KINDS.get(k);
            boolean trouble = random.nextInt(100) < kind.troublePercent;
            String[] customers = trouble && kind.job.equals("invoice") ? UMLAUTS : CUSTOMERS;
            String customer = customers[random.nextInt(customers.length)];
            String detail = trouble ? kind.trouble : kind.fine;
            if (detail.equals("day")) {
                detail = "day " + ++days;
            }
            String takesLong = LONG.get(id);
            if (takesLong != null) {
                String[] job = takesLong.split(",", -1);
                lines.add(id + "," + job[0] + "," + customer + ",0," + job[1]);
                continue;
            }
            lines.add(id + "," + kind.job + "," + customer + "," + random.nextInt(4_000) + "," + detail);
        }
        return lines;
    }

    public static void main(String[] args) throws IOException {
        Files.write(Path.of(args[0]), generate());
    }
}
