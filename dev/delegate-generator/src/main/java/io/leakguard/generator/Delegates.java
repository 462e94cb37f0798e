package io.leakguard.generator;

import com.palantir.javapoet.CodeBlock;
import java.util.List;
import java.util.Optional;

/** The classes to write for one module. */
interface Delegates {

    /** The package of the written classes. */
    String packageName();

    List<Forwarding> all();

    /** A parameter's name, since class files contain none. Empty if its type says enough. */
    String parameterName(Forwarding forwarding, String method, List<String> types, int index);

    /** A parameter in the form in which it is passed on. */
    default CodeBlock argument(String type, String name) {
        return CodeBlock.of("$N", name);
    }

    /** The body of a method that does more than forward. */
    default Optional<CodeBlock> body(String method, String field, List<String> parameters) {
        return Optional.empty();
    }
}
