package io.leakguard.jdbc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** No class of ours asks for another by its name or calls a method through reflection: a native image needs no metadata. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReflectionFreeTest {

    /** From the folder, since a search by package lists all of the JDK and keeps the list. */
    private final JavaClasses ours = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    void nothing_uses_reflection_or_proxies() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..", "sun..", "jdk..")
                .check(ours);
    }

    @Test
    void no_class_is_asked_for_what_it_has_or_loaded_by_its_name() {
        Set<String> reflective = Set.of(
                "forName",
                "getMethod",
                "getMethods",
                "getDeclaredMethod",
                "getDeclaredMethods",
                "getConstructor",
                "getConstructors",
                "getDeclaredConstructor",
                "getField",
                "getFields",
                "getDeclaredField",
                "getDeclaredFields",
                "loadClass",
                "newInstance",
                "getResource",
                "getResourceAsStream");
        noClasses()
                .should()
                .callMethodWhere(new DescribedPredicate<>("Class or ClassLoader") {
                    @Override
                    public boolean test(JavaMethodCall call) {
                        JavaClass owner = call.getTarget().getOwner();
                        return (owner.isEquivalentTo(Class.class) || owner.isAssignableTo(ClassLoader.class))
                                && reflective.contains(call.getTarget().getName());
                    }
                })
                .check(ours);
    }

    @Test
    void method_handles_are_found_in_one_class_alone_by_constants() {
        noClasses()
                .that()
                .doNotHaveSimpleName("LaterJdbc")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.invoke.MethodHandle")
                .check(ours);
    }
}
