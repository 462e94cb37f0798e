package io.leakguard.report;

import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.ResourceKind;
import io.leakguard.SiteLeaks;
import io.leakguard.internal.base.Json;
import io.leakguard.internal.base.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The page's text: the frame, our style and script with their hashes, and the data as JSON. */
final class Page {

    private static final int MAX_FRAMES = 200;
    private static final int MAX_TOUCH_FRAMES = 12;
    private static final int MAX_TEXT = 1_100;
    private static final int MAX_NAME = 200;
    private static final int MAX_LINE = 300;
    private static final int MAX_SUPPRESSION = 4_000;
    private static final int MAX_ATTRIBUTES = 50;
    private static final int MAX_SECTION_ROWS = 5_000;
    private static final String STYLE = resource("report.css");
    private static final String SCRIPT = resource("report.js");

    private final HtmlReport.Builder from;
    private final LeakGuard guard;
    private final StringBuilder data = new StringBuilder(32_768);
    private final Json json = new Json(data);
    private final Stacks stacks;

    private Page(HtmlReport.Builder from) {
        this.from = from;
        this.guard = from.guard;
        this.stacks = new Stacks(guard::isApplicationFrame);
    }

    static String render(HtmlReport.Builder from) {
        Page page = new Page(from);
        page.collect();
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; script-src '%s'; \
                base-uri 'none'; form-action 'none'">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta name="referrer" content="no-referrer">
                <meta name="generator" content="LeakGuard">
                <title>%s</title>
                <style>%s</style>
                </head>
                <body>
                <noscript><p>This page shows its tables and charts with a script of its own, and scripts are switched off \
                here.</p></noscript>
                <div id="page"></div>
                <script type="application/json" id="data">%s</script>
                <script>%s</script>
                </body>
                </html>
                """.formatted(
                hash(STYLE), hash(SCRIPT), Html.escape(Text.safe(from.title, MAX_NAME)), STYLE, page.data, SCRIPT);
    }

    private static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("io/leakguard/report/" + name + " is missing from guard-core's jar");
            }
            // With the line ends that the browser reads and hashes, whatever the checkout has.
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void collect() {
        GuardStats stats = guard.stats();
        List<SiteLeaks> leaks = guard.leaks();
        OpenResources open = open();
        json.beginObject();
        json.field("title", Text.safe(from.title, MAX_NAME));
        json.field("guard", Text.safe(guard.name(), MAX_NAME));
        json.field("on", guard.isEnabled() ? 1 : 0);
        json.field("takenAt", from.now.toEpochMilli());
        json.field("traceLink", from.traceLink);
        counts(stats);
        verdict(stats, leaks);
        limits();
        causes();
        leaks(leaks);
        open(open);
        kinds(stats, leaks, open);
        timeline();
        sections();
        stacks.writeTo(json);
        json.endObject();
    }

    /** The resources that were open when the guard was closed, if it is closed and a recorder has kept them. */
    private OpenResources open() {
        HtmlReport.Recorder recorder = from.recorder;
        OpenResources atShutdown = recorder == null ? null : recorder.openAtShutdown();
        return guard.isEnabled() || atShutdown == null ? guard.open() : atShutdown;
    }

    private void counts(GuardStats stats) {
        json.name("stats").beginObject();
        json.field("opened", stats.opened());
        json.field("closed", stats.closed());
        json.field("collected", stats.collected());
        json.field("open", stats.open());
        json.field("leaked", stats.leaked());
        json.field("captured", stats.captured());
        json.field("notCaptured", stats.notCaptured());
        json.field("reported", stats.reported());
        json.field("suppressed", stats.suppressed());
        json.field("dropped", stats.dropped());
        json.field("listenerFailures", stats.listenerFailures());
        json.field("internalErrors", stats.internalErrors());
        json.endObject();
    }

    private void verdict(GuardStats stats, List<SiteLeaks> leaks) {
        Set<String> provenSites = new TreeSet<>();
        Set<String> suspectedSites = new TreeSet<>();
        long suspected = 0;
        for (SiteLeaks leak : leaks) {
            switch (leak.cause().confidence()) {
                case PROVEN -> provenSites.add(leak.kind() + " " + leak.siteText());
                case SUSPECTED -> {
                    suspectedSites.add(leak.kind() + " " + leak.siteText());
                    suspected += leak.occurrences();
                }
                case INFORMATIONAL -> {
                    // not a verdict
                }
            }
        }
        json.name("verdict").beginObject();
        json.field("leaked", stats.leaked());
        json.field("leakedSites", provenSites.size());
        json.field("suspected", suspected);
        json.field("suspectedSites", suspectedSites.size());
        if (!from.verdictText.isEmpty()) {
            json.field("text", Text.safe(from.verdictText, MAX_TEXT));
            json.field("level", from.verdict.name().toLowerCase(Locale.ROOT));
        }
        json.endObject();
    }

    private void limits() {
        List<HtmlReport.Limit> all = new ArrayList<>();
        all.add(ProcessLimits.descriptors());
        all.add(ProcessLimits.heap());
        all.addAll(ProcessLimits.memory());
        all.addAll(from.limits);
        json.name("limits").beginArray();
        for (HtmlReport.Limit limit : all) {
            json.beginObject();
            json.field("name", Text.safe(limit.name(), MAX_NAME));
            json.field("used", limit.used().orElse(-1));
            long max = limit.limit().orElse(-1);
            json.field("limit", max == Long.MAX_VALUE ? -1 : max);
            json.field("unit", Text.safe(limit.unit(), 20));
            json.endObject();
        }
        json.endArray();
        json.name("pressure").beginArray();
        if (from.recorder != null) {
            from.recorder.pressure().stream()
                    .filter(p -> p.level() != PressureReport.Level.NORMAL)
                    .sorted(Comparator.comparing(PressureReport::level)
                            .reversed()
                            .thenComparing(PressureReport::area))
                    .forEach(this::pressure);
        }
        json.endArray();
    }

    private void pressure(PressureReport p) {
        json.beginObject();
        json.field("area", p.area().text());
        json.field("level", p.level().name().toLowerCase(Locale.ROOT));
        json.field("at", p.detectedAt().toEpochMilli());
        json.field("summary", Text.safe(p.summary(), MAX_TEXT));
        json.optional("advice", Text.safe(p.advice(), MAX_TEXT));
        p.timeLeft().ifPresent(left -> json.field("left", left.toMillis()));
        json.endObject();
    }

    private void causes() {
        json.name("causes").beginObject();
        for (LeakCause cause : LeakCause.values()) {
            json.name(cause.name()).beginObject();
            json.field("text", cause.text());
            json.field("confidence", cause.confidence().name().toLowerCase(Locale.ROOT));
            json.field("advice", Advice.of(cause));
            json.endObject();
        }
        json.endObject();
    }

    private void leaks(List<SiteLeaks> leaks) {
        json.name("leaks").beginArray();
        leaks.stream().limit(from.maxSites).forEach(this::leak);
        json.endArray();
        json.field("moreLeakSites", Math.max(0, leaks.size() - from.maxSites));
    }

    private void leak(SiteLeaks leak) {
        LeakReport r = leak.lastReport();
        json.beginObject();
        json.field("cause", leak.cause().name());
        json.field("causeText", leak.cause().text(leak.kind()));
        json.field("kind", leak.kind().name());
        json.field("site", Text.safe(leak.siteText(), MAX_LINE));
        json.optional("path", Text.safe(leak.pathText(), 2 * MAX_LINE));
        json.field("siteCount", Math.max(leak.occurrences(), r.siteOccurrences()));
        json.optional("suppression", Text.safe(suppression(leak), MAX_SUPPRESSION));
        json.field("count", leak.occurrences());
        json.field("first", leak.firstSeen().toEpochMilli());
        json.field("last", leak.lastSeen().toEpochMilli());
        json.optional("description", Text.safe(r.description(), MAX_TEXT));
        json.field("thread", Text.safe(r.threadName(), MAX_NAME));
        json.field("threadId", r.threadId());
        json.field("opened", r.openedAt().toEpochMilli());
        json.field("detected", r.detectedAt().toEpochMilli());
        json.field("openFor", r.openFor().toMillis());
        json.optional("scope", Text.safe(String.join(" > ", r.scopes()), MAX_LINE));
        if (!r.traceId().isEmpty()) {
            json.field("trace", r.traceId());
            json.field("span", r.spanId());
        }
        if (!r.attributes().isEmpty()) {
            json.name("attributes").beginArray();
            r.attributes().entrySet().stream()
                    .limit(MAX_ATTRIBUTES)
                    .forEach(e -> json.beginArray()
                            .value(Text.safe(e.getKey(), MAX_NAME))
                            .value(Text.safe(e.getValue(), MAX_LINE))
                            .endArray());
            json.endArray();
        }
        touches(r);
        children(r);
        json.optional("outcome", Text.safe(r.outcome(), MAX_LINE));
        json.optional("detail", Text.safe(r.detail(), MAX_TEXT));
        json.optional("heldBy", Text.safe(r.heldBy(), MAX_TEXT));
        json.field("stack", stacks.add(r.stack(), MAX_FRAMES));
        if (!r.threadStackNow().isEmpty()) {
            json.field("now", stacks.add(r.threadStackNow(), MAX_FRAMES));
        }
        r.site().ifPresent(site -> json.field("blamed", stacks.frame(site)));
        json.endObject();
    }

    /** The line of a file of suppressions that accepts this path and no other one; empty if it would be too long. */
    private static String suppression(SiteLeaks leak) {
        String pattern = leak.path().pattern();
        String line = leak.kind() + " " + pattern + " because …";
        return pattern.isEmpty() || line.length() > MAX_SUPPRESSION ? "" : line;
    }

    private void touches(LeakReport r) {
        if (r.touches().isEmpty()) {
            return;
        }
        json.name("touches").beginArray();
        for (LeakReport.Touch touch : r.touches()) {
            json.beginObject();
            json.optional("hint", Text.safe(touch.hint(), MAX_LINE));
            json.field("thread", Text.safe(touch.threadName(), MAX_NAME));
            json.field("at", touch.at().toEpochMilli());
            json.field("stack", stacks.add(touch.stack(), MAX_TOUCH_FRAMES));
            json.endObject();
        }
        json.endArray();
        json.field("touchCount", r.touchCount());
    }

    private void children(LeakReport r) {
        if (r.children().isEmpty()) {
            return;
        }
        Map<LeakReport.Child, Long> counted = new LinkedHashMap<>();
        r.children().forEach(c -> counted.merge(c, 1L, Long::sum));
        json.name("children").beginArray();
        counted.forEach((child, n) -> {
            json.beginObject();
            json.field("kind", child.kind().name());
            json.optional("description", Text.safe(child.description(), MAX_LINE));
            json.field("site", Text.safe(child.siteText(), MAX_LINE));
            json.field("count", n);
            json.endObject();
        });
        json.endArray();
    }

    private void open(OpenResources open) {
        List<OpenResources.Group> groups = open.groups();
        json.name("open").beginObject();
        json.field("at", open.takenAt().toEpochMilli());
        json.field("total", open.total());
        json.name("groups").beginArray();
        groups.stream().limit(from.maxSites).forEach(group -> {
            json.beginObject();
            json.field("kind", group.kind().name());
            json.field("site", Text.safe(group.siteText(), MAX_LINE));
            json.optional("path", Text.safe(group.pathText(), 2 * MAX_LINE));
            json.field("count", group.count());
            json.field("age", group.oldestAge().toMillis());
            json.optional("description", Text.safe(group.oldestDescription(), MAX_TEXT));
            texts("scopes", group.scopes());
            texts("threads", group.threads());
            json.optional("heldBy", Text.safe(group.heldBy(), MAX_TEXT));
            json.field("stack", stacks.add(group.stack(), MAX_FRAMES));
            json.endObject();
        });
        json.endArray();
        json.field("more", Math.max(0, groups.size() - from.maxSites));
        json.endObject();
    }

    private void texts(String name, List<String> texts) {
        json.name(name).beginArray();
        texts.forEach(t -> json.value(Text.safe(t, MAX_LINE)));
        json.endArray();
    }

    private void kinds(GuardStats stats, List<SiteLeaks> leaks, OpenResources open) {
        Map<ResourceKind, Long> oldest = new LinkedHashMap<>();
        open.groups().forEach(g -> oldest.merge(g.kind(), g.oldestAge().toMillis(), Math::max));
        Set<ResourceKind> all = new TreeSet<>(stats.byKind().keySet());
        leaks.forEach(l -> all.add(l.kind()));
        all.addAll(oldest.keySet());
        json.name("kinds").beginArray();
        all.stream()
                .sorted(Comparator.comparingLong(
                        (ResourceKind k) -> -stats.of(k).open()))
                .forEach(kind -> {
                    GuardStats.KindStats counts = stats.of(kind);
                    Advice advice = Advice.of(kind.name());
                    json.beginObject();
                    json.field("kind", kind.name());
                    json.field("opened", counts.opened());
                    json.field("closed", counts.closed());
                    json.field("open", counts.open());
                    json.field("leaked", counts.leaked());
                    json.field("age", oldest.getOrDefault(kind, -1L));
                    json.field("advice", advice.text());
                    json.optional("code", advice.code());
                    json.endObject();
                });
        json.endArray();
    }

    private void timeline() {
        HtmlReport.Recorder recorder = from.recorder;
        json.name("timeline").beginArray();
        if (recorder != null) {
            recorder.samples()
                    .forEach(s -> json.beginArray()
                            .value(s.atMillis())
                            .value(s.opened())
                            .value(s.closed())
                            .value(s.open())
                            .value(s.leaked())
                            .value(s.descriptors())
                            .value(s.descriptorLimit() == Long.MAX_VALUE ? -1 : s.descriptorLimit())
                            .endArray());
        }
        json.endArray();
    }

    private void sections() {
        json.name("sections").beginArray();
        List<HtmlReport.Section> all = new ArrayList<>(from.sections);
        if (from.watch != null) {
            all.addAll(ProcessLimits.sections(from.watch.status()));
        }
        for (HtmlReport.Section section : all) {
            json.beginObject();
            json.field("title", Text.safe(section.title(), MAX_NAME));
            json.optional("note", Text.safe(section.note(), MAX_TEXT));
            texts("columns", section.columns());
            json.name("rows").beginArray();
            section.rows().stream().limit(MAX_SECTION_ROWS).forEach(row -> {
                json.beginArray();
                row.forEach(cell -> json.value(Text.safe(cell, MAX_TEXT)));
                json.endArray();
            });
            json.endArray();
            json.field("more", Math.max(0, section.rows().size() - MAX_SECTION_ROWS));
            json.endObject();
        }
        json.endArray();
    }
}
