package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A unit of work that is done by several threads. */
class ScopePropagationTest extends GuardFixture {

    private final ExecutorService pool = Executors.newSingleThreadExecutor();
    private final List<Thing> things = new ArrayList<>();

    @AfterEach
    void end_the_pool() {
        pool.shutdownNow();
        things.forEach(Thing::close);
    }

    private Thing open(String description) {
        Thing thing = new Thing(guard, description);
        synchronized (things) {
            things.add(thing);
        }
        return thing;
    }

    /** The scopes of what a task opens that is run by {@code how}, inside a scope of that name. */
    private void assertInScope(String name, Consumer how) throws Exception {
        try (LeakScope scope = guard.openScope(name)) {
            how.accept(scope);
            assertThat(scope.openCount()).as(name).isEqualTo(1);
        }
        // What the pool's thread does afterwards is not in that scope.
        pool.submit(() -> open("afterwards")).get();
        afterGrace();
        assertThat(onlyReport().scopes()).containsExactly(name);
        assertThat(onlyReport().description()).isEqualTo(name);
    }

    private interface Consumer {
        void accept(LeakScope scope) throws Exception;
    }

    @Test
    void a_wrapped_runnable_runs_in_the_scope() throws Exception {
        assertInScope(
                "runnable",
                scope -> pool.submit(scope.wrap(() -> open("runnable"))).get());
    }

    @Test
    void a_wrapped_callable_runs_in_the_scope() throws Exception {
        assertInScope("callable", scope -> {
            Callable<Thing> task = scope.wrapCallable(() -> open("callable"));
            assertThat(pool.submit(task).get()).isNotNull();
        });
    }

    @Test
    void a_wrapped_supplier_runs_in_the_scope() throws Exception {
        assertInScope("supplier", scope -> {
            Supplier<Thing> task = scope.wrapSupplier(() -> open("supplier"));
            assertThat(CompletableFuture.supplyAsync(task, pool).get()).isNotNull();
        });
    }

    @Test
    void a_task_is_wrapped_by_the_guard_too() throws Exception {
        assertInScope(
                "propagated",
                scope -> pool.submit(guard.propagate(() -> {
                            open("propagated");
                        }))
                        .get());
    }

    @Test
    void an_executors_tasks_run_in_their_submitters_scope() throws Exception {
        Executor executor = guard.propagate((Executor) pool);
        assertInScope("executor", scope -> {
            CountDownLatch done = new CountDownLatch(1);
            executor.execute(() -> {
                open("executor");
                done.countDown();
            });
            await(done);
        });
    }

    @Test
    void an_executor_services_tasks_run_in_their_submitters_scope() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        try (LeakScope scope = guard.openScope("service")) {
            Callable<Thing> task = () -> open("service");
            Runnable runnable = () -> open("service");
            executor.submit(task).get();
            executor.submit(runnable).get();
            executor.submit(runnable, "done").get();
            executor.invokeAll(List.of(task, task)).get(0).get();
            executor.invokeAll(List.of(task), 30, TimeUnit.SECONDS).get(0).get();
            executor.invokeAny(List.of(task));
            executor.invokeAny(List.of(task), 30, TimeUnit.SECONDS);
            assertThat(scope.openCount()).isEqualTo(8);
            things.forEach(Thing::close);
        }
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void an_executor_service_is_shut_down_through_its_wrapper() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        executor.shutdown();
        assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(executor.isShutdown()).isTrue();
        assertThat(executor.isTerminated()).isTrue();
        assertThat(pool.isTerminated()).isTrue();
        assertThat(executor.shutdownNow()).isEmpty();
    }

    @Test
    void a_failing_task_leaves_its_scope_and_its_failure_is_its_own() {
        ExecutorService executor = guard.propagate(pool);
        try (LeakScope scope = guard.openScope("fails")) {
            Callable<Thing> task = () -> {
                throw new IllegalStateException("mine");
            };
            assertThatThrownBy(() -> executor.submit(task).get()).hasRootCauseMessage("mine");
        }
        assertThat(CompletableFuture.supplyAsync(() -> guard.openScope("next"), pool)
                        .thenApply(scope -> scope.usage().path())
                        .join())
                .containsExactly("next");
    }

    @Test
    void all_stages_of_a_future_run_in_the_scope_on_whatever_thread() {
        List<List<String>> seen = new ArrayList<>();
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<?> last;
        try (LeakScope scope = guard.openScope("future")) {
            CompletableFuture<String> future = guard.propagate(source);
            Function<String, String> step = value -> {
                try (LeakScope here = guard.openScope("step")) {
                    synchronized (seen) {
                        seen.add(here.usage().path());
                    }
                }
                return value;
            };
            last = future.thenApply(step)
                    .thenApplyAsync(step)
                    .thenApplyAsync(step, pool)
                    .thenCompose(value -> CompletableFuture.supplyAsync(() -> value, pool))
                    .thenApply(step)
                    .thenCombine(CompletableFuture.completedFuture("x"), (a, b) -> step.apply(a))
                    .exceptionally(failure -> "never")
                    .whenComplete((value, failure) -> assertThat(step.apply("")).isEmpty())
                    .minimalCompletionStage()
                    .thenApply(step)
                    .toCompletableFuture()
                    .handle((value, failure) -> step.apply("end"));
            onThread("completer", () -> source.complete("value"));
            assertThat(last.join()).isEqualTo("end");
        }
        assertThat(seen).hasSize(8).allMatch(path -> path.equals(List.of("future", "step")));
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void a_propagated_future_fails_and_is_cancelled_as_its_source_does() {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> future = guard.propagate(source);
        source.completeExceptionally(new IllegalStateException("mine"));
        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");

        CompletableFuture<String> running = new CompletableFuture<>();
        CompletableFuture<String> cancelled = guard.propagate(running);
        assertThat(cancelled.cancel(true)).isTrue();
        assertThat(running.isCancelled()).isTrue();
        assertThat(cancelled.isCancelled()).isTrue();
    }

    @Test
    void a_minimal_stage_cannot_be_completed_by_its_holder() {
        CompletableFuture<String> future = guard.propagate(new CompletableFuture<String>());
        CompletionStage<String> stage = future.minimalCompletionStage();
        assertThat((Object) stage).isNotInstanceOf(Future.class);
        assertThat(stage.toCompletableFuture().complete("theirs")).isTrue();
        assertThat(future.isDone()).isFalse();
        assertThat(stage.toCompletableFuture().isDone()).isFalse();
        future.complete("ours");
        assertThat(stage.toCompletableFuture().join()).isEqualTo("ours");
        assertThat(List.of(stage)).contains(stage);
    }

    @Test
    void async_stages_run_where_those_of_the_source_would() {
        AtomicReference<String> thread = new AtomicReference<>();
        CompletableFuture<String> source = new CompletableFuture<>() {
            @Override
            public Executor defaultExecutor() {
                return task -> onThread("the source's own", task);
            }
        };
        CompletableFuture<Void> done = guard.propagate(source)
                .thenAcceptAsync(value -> thread.set(Thread.currentThread().getName()));
        source.complete("value");
        done.join();
        assertThat(thread.get()).isEqualTo("the source's own");
    }

    @Test
    void a_task_that_is_run_by_its_submitter_is_in_the_scope_once_and_leaves_it_bound() {
        Executor direct = guard.propagate((Executor) Runnable::run);
        try (LeakScope scope = guard.openScope("event")) {
            direct.execute(() -> open("inside"));
            open("after");
            assertThat(scope.openCount()).isEqualTo(2);
            things.forEach(Thing::close);
        }
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void without_a_scope_a_task_runs_in_none_even_on_a_thread_that_is_in_one() throws Exception {
        Runnable outside = guard.propagate(() -> {
            open("outside");
        });
        try (LeakScope scope = guard.openScope("event")) {
            outside.run();
            assertThat(scope.openCount()).isZero();
            open("inside").close();
        }
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void a_task_that_starts_after_its_scope_has_ended_is_in_the_scope_around_it() throws Exception {
        try (LeakScope outer = guard.openScope("outer")) {
            Runnable late;
            try (LeakScope inner = guard.openScope("inner")) {
                late = inner.wrap(() -> open("late"));
            }
            pool.submit(late).get();
            assertThat(outer.openCount()).isEqualTo(1);
            things.forEach(Thing::close);
        }
    }

    @Test
    void a_resource_that_is_opened_by_a_pooled_thread_names_its_thread_and_scope() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        try (LeakScope scope = guard.openScope("event-7")) {
            executor.submit(() -> {
                        Thread.currentThread().setName("worker-3");
                        open("by a worker");
                    })
                    .get();
        }
        afterGrace();
        assertThat(onlyReport().threadName()).isEqualTo("worker-3");
        assertThat(onlyReport().toText()).contains("thread worker-3 · scope event-7");
    }

    @Test
    void scopes_work_on_virtual_threads() throws Exception {
        Virtual.assumeThereAre();
        ExecutorService virtual = guard.propagate(Virtual.executor());
        try (LeakScope scope = guard.openScope("event")) {
            List<Future<List<String>>> paths = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String name = "fetch-" + i;
                paths.add(virtual.submit(() -> {
                    try (LeakScope inner = guard.openScope(name)) {
                        LockSupport.parkNanos(1_000); // may go on on another carrier
                        Thing thing = new Thing(guard, name);
                        LockSupport.parkNanos(1_000); // may go on on another carrier
                        assertThat(inner.openCount()).isEqualTo(1);
                        thing.close();
                        return inner.usage().path();
                    }
                }));
            }
            for (int i = 0; i < paths.size(); i++) {
                assertThat(paths.get(i).get()).containsExactly("event", "fetch-" + i);
            }
            virtual.submit(() -> open("left open")).get();
        }
        afterGrace();
        LeakReport report = onlyReport();
        assertThat(report.description()).isEqualTo("left open");
        assertThat(report.scopes()).containsExactly("event");
        assertThat(report.threadName()).startsWith("virtual-");
        virtual.shutdown();
    }

    @Test
    void no_scope_that_a_task_forgets_leaks_into_the_next_task_of_its_thread_and_it_is_reported() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        AtomicReference<LeakScope> held = new AtomicReference<>();
        executor.submit(() -> {
                    held.set(guard.openScope("forgotten"));
                    open("of the forgotten one");
                })
                .get();
        executor.submit(() -> open("of the next task")).get();
        pool.submit(() -> open("of a plain task")).get();
        afterGrace();
        assertThat(reports())
                .extracting(LeakReport::description)
                .containsExactlyInAnyOrder("forgotten", "of the forgotten one");
        LeakReport scope = reports().stream()
                .filter(r -> r.kind() == ResourceKind.SCOPE)
                .findFirst()
                .orElseThrow();
        assertThat(scope.toText()).contains("the task that opened this scope ended without closing it");
        assertThat(scope.siteText()).contains("no_scope_that_a_task_forgets");
        held.get().close();
    }

    @Test
    void a_scope_that_its_task_hands_to_another_thread_which_closes_it_in_the_grace_is_not_reported() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        AtomicReference<LeakScope> held = new AtomicReference<>();
        executor.submit(() ->
                        held.set(guard.openScope("async", ScopeOptions.create().grace(LONG))))
                .get();
        held.get().close();
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void a_root_scope_reports_what_the_task_before_forgot_and_does_not_nest_in_it() throws Exception {
        AtomicReference<LeakScope> held = new AtomicReference<>();
        pool.submit(() -> held.set(guard.openScope("forgotten"))).get();
        List<String> path = pool.submit(() -> {
                    try (LeakScope scope =
                            guard.openScope("request", ScopeOptions.create().root())) {
                        return scope.usage().path();
                    }
                })
                .get();
        assertThat(path).containsExactly("request");
        pool.submit(() -> open("afterwards")).get();
        afterGrace();
        assertThat(onlyReport().description()).isEqualTo("forgotten");
        held.get().close();
    }

    @Test
    void a_root_scope_leaves_the_scope_alone_that_its_task_was_given() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        try (LeakScope batch = guard.openScope("batch")) {
            executor.submit(() -> {
                        try (LeakScope scope =
                                guard.openScope("item", ScopeOptions.create().root())) {
                            open("of the item").close();
                            assertThat(scope.usage().path()).containsExactly("item");
                        }
                        open("of the batch");
                    })
                    .get();
            assertThat(batch.openCount()).isEqualTo(1);
            assertThat(batch.usage().ended()).isFalse();
            things.forEach(Thing::close);
        }
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void a_binding_that_is_forgotten_inside_a_task_ends_with_it() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        LeakScope other = guard.openDetachedScope("other", null);
        executor.submit(() -> {
                    var unused = other.bind();
                    open("bound");
                    assertThat(unused).isNotNull();
                })
                .get();
        pool.submit(() -> open("not bound")).get();
        assertThat(other.openCount()).isEqualTo(1);
        assertThat(other.usage().ended()).isFalse();
        things.forEach(Thing::close);
        other.close();
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void a_binding_that_is_closed_on_another_thread_harms_nobody() {
        LeakScope scope = guard.openDetachedScope("scope", null);
        LeakScope theirs = guard.openDetachedScope("theirs", null);
        var binding = scope.bind();
        onThread("other", () -> {
            try (var own = theirs.bind()) {
                binding.close();
                open("in theirs");
                assertThat(theirs.openCount()).isEqualTo(1);
            }
        });
        open("in scope");
        assertThat(scope.openCount()).isEqualTo(1);
        binding.close();
        binding.close();
        open("in none");
        assertThat(scope.openCount()).isEqualTo(1);
        things.forEach(Thing::close);
        scope.close();
        theirs.close();
    }

    @Test
    void the_collection_of_a_forgotten_scopes_handle_reports_it_and_frees_its_thread() throws Exception {
        pool.submit(() -> {
                    guard.openScope("forgotten");
                    open("of the forgotten one");
                })
                .get();
        Gc.until(() -> !reports().isEmpty());
        LeakReport report = onlyReport();
        assertThat(report.kind()).isEqualTo(ResourceKind.SCOPE);
        assertThat(report.description()).isEqualTo("forgotten");
        assertThat(report.outcome()).contains("the guard ended it");
        pool.submit(() -> open("afterwards")).get();
        assertThat(guard.open().groups())
                .filteredOn(g -> g.oldestDescription().equals("afterwards"))
                .allMatch(g -> g.scopes().isEmpty());
        List<String> path = pool.submit(() -> {
                    try (LeakScope scope = guard.openScope("next")) {
                        return scope.usage().path();
                    }
                })
                .get();
        assertThat(path).containsExactly("next");
        Gc.settle(guard);
        assertThat(reports()).hasSize(1);
    }
}
