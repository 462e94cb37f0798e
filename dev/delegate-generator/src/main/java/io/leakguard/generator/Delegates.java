package io.leakguard.generator;

import com.palantir.javapoet.CodeBlock;
import java.util.List;
import java.util.Optional;

/** The classes that are written for one module. */
interface Delegates {

    /** The package that they are written to. */
    String packageName();

    List<Forwarding> all();

    /** A parameter's name, since the class files that the compiler reads have none; empty if its type says enough. */
    String parameterName(Forwarding forwarding, String method, List<String> types, int index);

    /** A parameter as it is passed on. */
    default CodeBlock argument(String type, String name) {
        return CodeBlock.of("$N", name);
    }

    /** What a method does that doesn't just forward. */
    default Optional<CodeBlock> body(String method, String field, List<String> parameters) {
        return Optional.empty();
    }
}
