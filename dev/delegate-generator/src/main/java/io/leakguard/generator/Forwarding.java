package io.leakguard.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;

/** A class to write: it forwards the methods of a type to an object of that type. */
final class Forwarding {

    /** The full name of the type. */
    final String type;

    /** The simple name of the class to write. */
    String className;

    /** The name of the field that holds the object. */
    String field = "delegate";

    /** A class of the same module that forwards the inherited methods, by its simple name; empty if there is none. */
    String superclass = "";

    /** The arguments of the superclass's constructor; empty if there are none. */
    CodeBlock superArguments = CodeBlock.of("");

    /** The exceptions of the superclass's constructor. */
    final List<ClassName> thrown = new ArrayList<>();

    /** Further parameters of the constructor, which are passed on to the superclass's. */
    final List<ParameterSpec> passedOn = new ArrayList<>();

    /** Further parameters of the constructor, which are kept in fields. */
    final List<ParameterSpec> kept = new ArrayList<>();

    /**
     * The methods that are not written, since the subclass has them. By name, or by name and types: {@code read(int)}.
     */
    Set<String> byHand = Set.of();

    /** Code for the results of a type, made of the call and the method's name; by the type, or by its erasure. */
    final Map<String, BinaryOperator<CodeBlock>> results = new LinkedHashMap<>();

    /** Methods that the written ones call. */
    final List<MethodSpec> hooks = new ArrayList<>();

    /** A checked exception that passes through a method of the subclass. */
    ClassName caught = ClassName.OBJECT;

    /** That method's name; empty if there is none. */
    String catcher = "";

    private Forwarding(String type) {
        this.type = type;
        this.className = "Forwarding" + simpleName();
    }

    static Forwarding of(String type) {
        return new Forwarding(type);
    }

    String simpleName() {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    Forwarding named(String className) {
        this.className = className;
        return this;
    }

    /** Leaves the inherited methods to a class of the module, which has a constructor with the same further parameters. */
    Forwarding over(String superclass, String field, List<ParameterSpec> parameters) {
        this.superclass = superclass;
        this.field = field;
        passedOn.addAll(parameters);
        return this;
    }

    /** For a class whose constructor needs arguments. */
    Forwarding superArguments(CodeBlock arguments) {
        this.superArguments = arguments;
        return this;
    }

    Forwarding throwing(Class<?> exception) {
        thrown.add(ClassName.get(exception));
        return this;
    }

    Forwarding keeping(ParameterSpec parameter) {
        kept.add(parameter);
        return this;
    }

    Forwarding byHand(String... methods) {
        this.byHand = Set.of(methods);
        return this;
    }

    Forwarding results(String type, BinaryOperator<CodeBlock> code) {
        results.putIfAbsent(type, code);
        return this;
    }

    Forwarding hook(MethodSpec method) {
        hooks.add(method);
        return this;
    }

    Forwarding catching(Class<?> exception, String method) {
        this.caught = ClassName.get(exception);
        this.catcher = method;
        return this;
    }
}
