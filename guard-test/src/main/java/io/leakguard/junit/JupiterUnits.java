package io.leakguard.junit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Finds the units of Jupiter's contexts, and keeps them in their stores. When a store closes, its unit is checked. All
 * other parts of a run work without Jupiter, so that they serve other engines too.
 */
@SuppressWarnings("deprecation") // getOrComputeIfAbsent: the method that replaces it is new in 6
final class JupiterUnits {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create("io.leakguard.junit");

    private JupiterUnits() {}

    /** A unit, or the run itself, in a store. */
    @SuppressWarnings("deprecation") // before 5.13 only CloseableResource is closed
    private record Stored<T extends AutoCloseable>(T value)
            implements AutoCloseable, ExtensionContext.Store.CloseableResource {
        @Override
        public void close() throws Exception {
            value.close();
        }
    }

    /** Returns the unit of a context. Makes it and its parents at first use. Null if the extension is off. */
    static @Nullable Unit unit(ExtensionContext context) {
        Unit unit = unitEvenIfOff(context);
        return unit.run.settings.enabled() ? unit : null;
    }

    static Unit unitEvenIfOff(ExtensionContext context) {
        // Runs around every call of JUnit's. The unit and its parents mostly exist already.
        Stored<?> known = context.getStore(NAMESPACE).get(context.getUniqueId(), Stored.class);
        if (known != null) {
            return (Unit) known.value();
        }
        Run run = run(context);
        Unit parent = context.getParent().map(JupiterUnits::unitEvenIfOff).orElse(null);
        Stored<?> made = Objects.requireNonNull(context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        context.getUniqueId(), id -> new Stored<>(make(run, parent, context)), Stored.class));
        return (Unit) made.value();
    }

    private static Unit make(Run run, @Nullable Unit parent, ExtensionContext context) {
        Unit announced = run.takeAnnounced(context.getUniqueId());
        if (announced == null) {
            return new Unit(run, parent, origin(context), context);
        }
        announced.context = context;
        return announced;
    }

    private static Unit.Origin origin(ExtensionContext context) {
        return new Unit.Origin(
                context.getUniqueId(),
                context.getDisplayName(),
                context.getParent().isEmpty() ? Unit.Level.SUITE : Unit.level(context.getUniqueId()),
                context.getTestClass().map(Class::getName).orElse(""),
                context.getTestMethod().map(java.lang.reflect.Method::getName).orElse(""),
                context.getElement().orElse(null));
    }

    private static Run run(ExtensionContext context) {
        Stored<?> stored = Objects.requireNonNull(context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        Run.class,
                        type -> new Stored<>(Run.of(context::getConfigurationParameter, Run.JUPITER)),
                        Stored.class));
        return (Run) stored.value();
    }
}
