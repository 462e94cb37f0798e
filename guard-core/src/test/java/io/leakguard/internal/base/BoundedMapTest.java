package io.leakguard.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedMapTest {

    private final List<String> evicted = new ArrayList<>();

    @Test
    void without_caffeine_what_was_used_least_of_the_oldest_has_to_go() {
        BoundedMap<Integer, String> map = new PlainMap<>(3, evicted::add);
        map.get(1, String::valueOf);
        map.get(2, String::valueOf);
        map.get(3, String::valueOf);
        map.get(1, key -> "another");
        map.get(2, key -> "another");

        assertThat(map.get(4, String::valueOf)).isEqualTo("4");

        assertThat(evicted).containsExactly("3");
        assertThat(map.values()).containsExactlyInAnyOrder("1", "2", "4");
    }

    @Test
    void a_value_is_made_once_and_kept_until_all_is_cleared() {
        for (BoundedMap<Integer, String> map : List.of(
                new PlainMap<Integer, String>(10, evicted::add), BoundedMap.<Integer, String>of(10, evicted::add))) {
            assertThat(map.get(7, key -> "first")).isEqualTo("first");
            assertThat(map.get(7, key -> "second")).isEqualTo("first");
            map.clear();
            assertThat(map.values()).isEmpty();
            assertThat(map.get(7, key -> "third")).isEqualTo("third");
        }
        assertThat(evicted).isEmpty();
    }

    @Test
    void it_never_holds_more_than_its_capacity() {
        BoundedMap<Integer, String> map = new PlainMap<>(100, evicted::add);
        for (int i = 0; i < 1_000; i++) {
            map.get(i, String::valueOf);
        }
        assertThat(map.values()).hasSize(100);
        assertThat(evicted).hasSize(900);
    }
}
