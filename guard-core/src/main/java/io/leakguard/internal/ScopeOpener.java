package io.leakguard.internal;

import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.detect.OverdueSweep;
import io.leakguard.internal.stack.CreationStack;
import io.leakguard.internal.track.Admission;
import io.leakguard.internal.track.KindState;
import io.leakguard.internal.track.Kinds;
import io.leakguard.internal.track.NoScope;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.ScopeHandle;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.Scopes;
import org.jspecify.annotations.Nullable;

/** Opens the scopes of a guard. A scope's handle is a resource too, so a forgotten one is found like any other. */
final class ScopeOpener {

    private final Registry registry;
    private final Scopes scopes;
    private final Kinds kinds;
    private final Admission admission;
    private final OverdueSweep overdue;
    private final Failures failures;

    ScopeOpener(
            Registry registry,
            Scopes scopes,
            Kinds kinds,
            Admission admission,
            OverdueSweep overdue,
            Failures failures) {
        this.registry = registry;
        this.scopes = scopes;
        this.kinds = kinds;
        this.admission = admission;
        this.overdue = overdue;
        this.failures = failures;
    }

    /** Opens a scope and binds it to the calling thread. */
    LeakScope open(String name, ScopeOptions options) {
        try {
            if (admission.isClosed()) {
                return new NoScope(name);
            }
            if (options.isRoot()) {
                scopes.forgetBefore();
            }
            ScopeImpl scope =
                    new ScopeImpl(registry, String.valueOf(name), options.isRoot() ? null : scopes.current(), options);
            ScopeHandle handle = handle(scope);
            scopes.open(scope);
            return handle;
        } catch (Throwable t) {
            failures.internal("opening a scope", t);
            return new NoScope(name);
        }
    }

    /** Opens a scope that is bound to no thread. */
    LeakScope openDetached(String name, @Nullable LeakScope parent, ScopeOptions options) {
        try {
            if (admission.isClosed()) {
                return new NoScope(name);
            }
            ScopeImpl around = parent instanceof ScopeHandle h && h.scope().registry == registry ? h.scope() : null;
            return handle(new ScopeImpl(
                    registry, String.valueOf(name), around == null ? null : around.openAncestor(), options));
        } catch (Throwable t) {
            failures.internal("opening a scope", t);
            return new NoScope(name);
        }
    }

    private ScopeHandle handle(ScopeImpl scope) {
        overdue.use(scope.options);
        ScopeHandle handle = new ScopeHandle(scope, scopes);
        KindState state = kinds.of(ResourceKind.SCOPE);
        CreationStack stack = state.admit(scope.openedNanos, admission.isPeak()) ? new CreationStack() : null;
        handle.tracker(admission.track(handle, state, scope, null, scope, scope, stack, scope.openedNanos));
        return handle;
    }
}
