package com.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests of which two run at each moment: half of them leave a file of their own, dropped or held. */
@Execution(ExecutionMode.CONCURRENT)
class ParallelTest {

    private static final List<Object> HELD = Collections.synchronizedList(new ArrayList<>());
    private static final CyclicBarrier TOGETHER = new CyclicBarrier(2);

    @RepeatedTest(8)
    void leaves_a_file_of_its_own(RepetitionInfo repetition) throws Exception {
        int n = repetition.getCurrentRepetition();
        TOGETHER.await(60, TimeUnit.SECONDS);
        open(n);
        TOGETHER.await(60, TimeUnit.SECONDS);
    }

    private static void open(int n) throws IOException {
        Path file = Files.writeString(Path.of("file-" + n + ".txt"), "text");
        if (n % 2 == 0) {
            try (InputStream in = new FileInputStream(file.toFile())) {
                assertThat(in.read()).isEqualTo('t');
            }
        } else {
            InputStream in = new FileInputStream(file.toFile()); // leaves file.input
            assertThat(in.read()).isEqualTo('t');
            if (n % 4 == 1) {
                HELD.add(in);
            }
        }
    }
}
