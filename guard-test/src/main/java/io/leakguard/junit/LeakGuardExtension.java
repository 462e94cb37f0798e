package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * Runs each test in a scope of its own. Fails the test if a resource that it opened is still open at its end.
 *
 * <p>Registered by {@link LeakGuarded}, or for all tests by JUnit's extension auto-detection. The check runs when JUnit
 * closes the test's store, after {@code @AfterEach} methods and {@code @AutoClose} fields. Tests can have parameters of
 * the types {@link LeakGuard}, {@link LeakScope} and {@link TestScope}. The state is in JUnit's stores, so the
 * extension is safe in parallel runs.
 *
 * <p>Works with JUnit 5.11 and newer. With 5.11 a field's initialiser belongs to the class instead of the test.
 */
public final class LeakGuardExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                TestInstancePreConstructCallback,
                InvocationInterceptor,
                ParameterResolver {

    /** Called by JUnit. */
    public LeakGuardExtension() {
        String tooOld = JUnitVersion.refusal();
        if (tooOld != null) {
            throw new ExtensionConfigurationException(tooOld);
        }
    }

    /** Lets field initialisers and constructors belong to the test of the instance. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        bind(context);
    }

    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factoryContext, ExtensionContext context) {
        bind(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        bind(context);
    }

    private static void bind(ExtensionContext context) {
        Unit unit = JupiterUnits.unit(context);
        if (unit != null) {
            unit.bind();
        }
    }

    // ------------------------------------------------------------------------------------------------- interceptors

    @Override
    public <T extends @Nullable Object> T interceptTestClassConstructor(
            Invocation<T> invocation,
            ReflectiveInvocationContext<Constructor<T>> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        return inScope(invocation, extensionContext);
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        inScope(invocation, extensionContext);
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        inScope(invocation, extensionContext);
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        inScope(invocation, extensionContext);
    }

    @Override
    public <T extends @Nullable Object> T interceptTestFactoryMethod(
            Invocation<T> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        return inScope(invocation, extensionContext);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        inScope(invocation, extensionContext);
    }

    @Override
    public void interceptDynamicTest(
            Invocation<@Nullable Void> invocation,
            DynamicTestInvocationContext invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        inScope(invocation, extensionContext);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        inScope(invocation, extensionContext);
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        inScope(invocation, extensionContext);
    }

    /** Covers calls that JUnit makes on another thread, such as those with a timeout. */
    private static <T extends @Nullable Object> T inScope(Invocation<T> invocation, ExtensionContext context)
            throws Throwable {
        Unit unit = JupiterUnits.unit(context);
        if (unit == null) {
            return invocation.proceed();
        }
        try (LeakListener.Registration binding = unit.enter()) {
            return invocation.proceed();
        }
    }

    // ------------------------------------------------------------------------------------------------- parameters

    @Override
    public boolean supportsParameter(ParameterContext parameterContext, ExtensionContext extensionContext) {
        Class<?> type = parameterContext.getParameter().getType();
        return type == LeakGuard.class || type == LeakScope.class || type == TestScope.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameterContext, ExtensionContext extensionContext) {
        Class<?> type = parameterContext.getParameter().getType();
        Unit unit = JupiterUnits.unitEvenIfOff(extensionContext);
        if (type == LeakGuard.class) {
            return unit.run.guard;
        }
        return type == LeakScope.class ? unit.scope : new TestScope(unit);
    }
}
