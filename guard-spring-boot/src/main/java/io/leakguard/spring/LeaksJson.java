package io.leakguard.spring;

import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.OpenResources;
import io.leakguard.SiteLeaks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Leaks and open resources as maps, lists, texts and numbers, which every version of Jackson writes in the same way.
 */
final class LeaksJson {

    private LeaksJson() {}

    static Map<String, Object> of(LeakGuard guard) {
        GuardStats stats = guard.stats();
        OpenResources open = guard.open();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("guard", guard.name());
        json.put("enabled", guard.isEnabled());
        json.put("opened", stats.opened());
        json.put("closed", stats.closed());
        json.put("leaked", stats.leaked());
        json.put("suppressed", stats.suppressed());
        json.put("dropped", stats.dropped());
        json.put("leaks", guard.leaks().stream().map(LeaksJson::leak).toList());
        json.put("openTotal", open.total());
        json.put("open", open.groups().stream().map(LeaksJson::group).toList());
        return json;
    }

    private static Map<String, Object> leak(SiteLeaks site) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", site.kind().name());
        json.put("cause", site.cause().name());
        json.put("site", site.siteText());
        json.put("path", site.pathText());
        json.put("occurrences", site.occurrences());
        json.put("firstSeen", site.firstSeen().toString());
        json.put("lastSeen", site.lastSeen().toString());
        json.put("scopes", site.lastReport().scopes());
        json.put("thread", site.lastReport().threadName());
        json.put("description", site.lastReport().description());
        json.put("suppression", site.path().pattern());
        json.put("stack", frames(site.lastReport().stack()));
        return json;
    }

    private static Map<String, Object> group(OpenResources.Group group) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", group.kind().name());
        json.put("site", group.siteText());
        json.put("path", group.pathText());
        json.put("count", group.count());
        json.put("oldestMillis", group.oldestAge().toMillis());
        json.put("oldestDescription", group.oldestDescription());
        json.put("kept", group.keptReason());
        json.put("scopes", group.scopes());
        json.put("threads", group.threads());
        return json;
    }

    private static List<String> frames(List<StackTraceElement> stack) {
        return stack.stream().map(StackTraceElement::toString).toList();
    }
}
