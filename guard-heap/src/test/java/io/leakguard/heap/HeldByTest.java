package io.leakguard.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads the dump of a daemon that parks resources in many places. */
class HeldByTest {

    @TempDir
    static Path folder;

    private static Path dump;
    private static HeldBy all;

    @BeforeAll
    static void readTheDump() throws IOException, InterruptedException {
        dump = folder.resolve("holds.hprof");
        Jvm.run("com.acme.Holds", dump.toString());
        all = HeldBy.read(dump);
        System.out.println(all.toText());
    }

    private static Holder of(String description) {
        return all.holders().stream()
                .filter(h -> h.oldestDescription().equals(description))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing is \"" + description + "\" in " + all.toText()));
    }

    @Test
    void resources_on_paths_of_one_shape_are_one_line_with_their_number() {
        Holder parked = of("parked");

        assertThat(parked.count()).isEqualTo(50);
        assertThat(parked.kind()).isEqualTo("io.input");
        assertThat(parked.site()).startsWith("Holds.open(Holds.java:");
        assertThat(parked.pathText())
                .matches("static Holds\\.REGISTRY → Holds\\$Registry\\.byTenant → \\[\"t\\d\"] → ArrayList\\[\\d] →"
                        + " GuardedInputStream");
        assertThat(all.holders().get(0)).isEqualTo(parked);
    }

    @Test
    void a_thread_local_is_named_with_its_thread() {
        assertThat(of("thread local").pathText())
                .isEqualTo("thread local Holds.CURRENT of thread \"pool-1-thread-1\" → GuardedInputStream");
    }

    @Test
    void a_frame_of_a_running_thread_is_named() {
        assertThat(of("in a frame").pathText())
                .matches("local variable of Holds\\.holdInFrame\\(Holds\\.java:\\d+\\) in running thread \"worker-3\" →"
                        + " GuardedInputStream");
    }

    @Test
    void a_static_field_of_a_plug_in_is_named_with_its_class_loader() {
        assertThat(of("in a plug-in").pathText())
                .isEqualTo("static Holds$Plugin.parked of class loader Holds$1 \"plugins\" → GuardedInputStream");
    }

    @Test
    void a_class_loader_is_held_by_a_class_that_somebody_keeps() {
        assertThat(of("plugins").pathText())
                .isEqualTo("static Holds.PLUGINS → [0] → class Holds$Plugin, its class loader → Holds$1");
    }

    @Test
    void a_thread_that_runs_holds_itself() {
        assertThat(of("a thread").pathText()).isEqualTo("running thread \"consumer-1\" → Thread");
    }

    @Test
    void the_insides_of_collections_are_folded_to_keys_and_places() {
        assertThat(of("in a set").pathText()).isEqualTo("static Holds.OPEN → [an element] → GuardedInputStream");
        assertThat(of("in a deque").pathText()).matches("static Holds\\.WAITING → \\[\\d+] → GuardedInputStream");
        assertThat(of("by number").pathText()).isEqualTo("static Holds.BY_NUMBER → [8841] → GuardedInputStream");
        assertThat(of("by level").pathText()).isEqualTo("static Holds.BY_LEVEL → [HIGH] → GuardedInputStream");
        assertThat(of("by identity").pathText())
                .isEqualTo("static Holds.BY_IDENTITY → [\"identity\"] → GuardedInputStream");
        assertThat(of("in a lambda").pathText())
                .isEqualTo("static Holds.TASKS → [0] → lambda in Holds → GuardedInputStream");
    }

    @Test
    void soft_references_do_not_hold() {
        Holder soft = of("softly");

        assertThat(soft.strength()).isEqualTo(Holder.Strength.WEAK);
        assertThat(soft.pathText()).isEqualTo("static Holds.cached → SoftReference.referent → Holds$Lease");
        assertThat(all.toText()).contains("no strong reference: the garbage collector may take it");
    }

    @Test
    void the_guard_as_the_only_holder_is_a_fault() {
        List<Holder> faults = all.holders().stream()
                .filter(h -> h.strength() == Holder.Strength.GUARD)
                .toList();

        assertThat(faults).extracting(Holder::kind).containsExactly("acme.fault");
        assertThat(faults.get(0).pathText())
                .isEqualTo("the guard → Tracker.description → lambda in Holds → Holds$Lease");
        assertThat(all.hasFault()).isTrue();
        assertThat(all.toText()).contains("FAULT: by the guard alone");
    }

    @Test
    void scope_cause_and_age_are_read_from_the_dump() throws IOException {
        Holder escaped = of("escaped");

        assertThat(escaped.cause()).isEqualTo("escaped");
        assertThat(escaped.pathText()).isEqualTo("static Holds.BY_NUMBER → [7] → GuardedInputStream");
        assertThat(escaped.oldestAge())
                .hasValueSatisfying(age -> assertThat(age).isLessThan(Duration.ofMinutes(5)));
        assertThat(escaped.thread()).isEqualTo("main");
    }

    @Test
    void of_a_stack_that_nobody_has_read_the_dump_tells_the_class() {
        assertThat(all.holders())
                .filteredOn(h -> h.oldestDescription().equals("young"))
                .singleElement()
                .satisfies(h -> assertThat(h.site()).isEqualTo("Holds (its line was not read yet)"));
    }

    @Test
    void filters_take_kinds_lines_causes_ages_and_a_number() throws IOException {
        assertThat(HeldBy.read(dump, HolderFilter.ALL.kind("acme.*")).holders())
                .extracting(Holder::kind)
                .containsExactlyInAnyOrder("acme.loader", "acme.thread", "acme.soft", "acme.fault");
        assertThat(HeldBy.read(dump, HolderFilter.ALL.cause("escaped")).holders())
                .extracting(Holder::oldestDescription)
                .containsExactly("escaped");
        assertThat(HeldBy.read(dump, HolderFilter.ALL.site("Holds.inAPlugin")).open())
                .isEqualTo(1);
        assertThat(HeldBy.read(dump, HolderFilter.ALL.olderThan(Duration.ofHours(1)))
                        .open())
                .isZero();
        HeldBy one = HeldBy.read(dump, HolderFilter.ALL.most(1));
        assertThat(one.holders()).hasSize(1);
        assertThat(one.toText()).contains("… " + (all.holders().size() - 1) + " more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HolderFilter.ALL.cause("leaked"))
                .withMessage("'leaked' is not a cause: give escaped, overdue, growing or open");
    }

    @Test
    void the_answer_is_json_too() {
        assertThat(all.toJson())
                .startsWith("{\n  \"open\": " + all.open() + ",\n  \"guarded\": true")
                .contains("\"strength\": \"guard\"")
                .contains("\"static Holds.BY_NUMBER\", \"[8841]\", \"GuardedInputStream\"");
    }
}
