package io.leakguard.generator;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import com.palantir.javapoet.TypeVariableName;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;

/** Writes one forwarding class. */
final class DelegateWriter {

    private final Elements elements;
    private final Types types;
    private final Delegates delegates;
    private final Forwarding spec;
    private final TypeElement element;

    /** The type with its own type variables as arguments. */
    private final DeclaredType type;

    DelegateWriter(Elements elements, Types types, Delegates delegates, Forwarding spec) {
        this.elements = elements;
        this.types = types;
        this.delegates = delegates;
        this.spec = spec;
        this.element = elements.getTypeElement(spec.type);
        this.type = (DeclaredType) element.asType();
    }

    String write() {
        TypeSpec.Builder out = TypeSpec.classBuilder(spec.className)
                .addModifiers(Modifier.ABSTRACT)
                .addAnnotation(ClassName.get("org.jspecify.annotations", "NullUnmarked"))
                .addAnnotation(AnnotationSpec.builder(SuppressWarnings.class)
                        .addMember("value", "$S", "deprecation")
                        .build())
                .addJavadoc(
                        "Forwards $L of {@link $T}. Written in the build by dev/delegate-generator.\n",
                        spec.byHand.isEmpty() ? "every method" : "the methods",
                        ClassName.get(element));
        element.getTypeParameters().forEach(p -> out.addTypeVariable(TypeVariableName.get(p)));
        if (!spec.superclass.isEmpty()) {
            out.superclass(ClassName.get(delegates.packageName(), spec.superclass));
        }
        if (element.getKind().isInterface()) {
            out.addSuperinterface(TypeName.get(type));
        } else {
            out.superclass(TypeName.get(type));
        }
        fieldsAndConstructor(out);
        spec.hooks.forEach(out::addMethod);
        if (!spec.catcher.isEmpty()) {
            out.addMethod(MethodSpec.methodBuilder(spec.catcher)
                    .addModifiers(Modifier.ABSTRACT)
                    .addParameter(spec.caught, "e")
                    .returns(spec.caught)
                    .build());
        }
        for (ExecutableElement method : methods()) {
            out.addMethod(forward(method));
        }
        return JavaFile.builder(delegates.packageName(), out.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
    }

    private void fieldsAndConstructor(TypeSpec.Builder out) {
        List<ParameterSpec> fields = new ArrayList<>();
        fields.add(ParameterSpec.builder(TypeName.get(type), spec.field).build());
        fields.addAll(spec.kept);
        MethodSpec.Builder constructor = MethodSpec.constructorBuilder()
                .addParameters(fields)
                .addParameters(spec.passedOn)
                .addExceptions(spec.thrown);
        if (!spec.superclass.isEmpty()) {
            constructor.addStatement(
                    "super($N$L)",
                    spec.field,
                    spec.passedOn.stream().map(p -> ", " + p.name()).collect(Collectors.joining()));
        } else if (!spec.superArguments.isEmpty()) {
            constructor.addStatement("super($L)", spec.superArguments);
        }
        for (ParameterSpec field : fields) {
            out.addField(FieldSpec.builder(field.type(), field.name(), Modifier.FINAL)
                    .build());
            constructor.addStatement("this.$1N = $1N", field.name());
        }
        out.addMethod(constructor.build());
    }

    /** The methods to write, in an order that doesn't depend on the JDK. */
    private List<ExecutableElement> methods() {
        Map<String, ExecutableElement> found = new TreeMap<>();
        Set<String> sealed = new HashSet<>();
        Set<String> unknown = new TreeSet<>(spec.byHand);
        // A class of the module has forwarded the inherited ones already.
        List<ExecutableElement> candidates = ElementFilter.methodsIn(
                spec.superclass.isEmpty() ? elements.getAllMembers(element) : element.getEnclosedElements());
        for (ExecutableElement method : candidates) {
            String name = method.getSimpleName().toString();
            Set<Modifier> modifiers = method.getModifiers();
            boolean ofObject = method.getEnclosingElement() == elements.getTypeElement("java.lang.Object")
                    && !name.equals("toString");
            boolean visible = modifiers.contains(Modifier.PUBLIC) || modifiers.contains(Modifier.PROTECTED);
            if (!visible || modifiers.contains(Modifier.STATIC) || ofObject) {
                continue;
            }
            String whole = method.toString();
            if (spec.byHand.contains(name) || spec.byHand.contains(whole)) {
                unknown.remove(name);
                unknown.remove(whole);
                continue;
            }
            // By erasure, as the JVM overrides; of two that differ only in their result, the narrower one.
            ExecutableType declared = declared(method);
            String signature = name
                    + declared.getParameterTypes().stream()
                            .map(t -> types.erasure(t))
                            .toList();
            if (modifiers.contains(Modifier.FINAL)) {
                sealed.add(signature);
            }
            found.merge(
                    signature,
                    method,
                    (a, b) -> types.isSubtype(
                                    types.erasure(declared(b).getReturnType()),
                                    types.erasure(declared(a).getReturnType()))
                            ? b
                            : a);
        }
        if (!unknown.isEmpty()) {
            throw new IllegalStateException(
                    spec.type + " has no " + unknown + ": correct what its delegate has by hand");
        }
        found.keySet().removeAll(sealed);
        List<ExecutableElement> sorted = new ArrayList<>(found.values());
        sorted.sort(
                Comparator.comparing((ExecutableElement m) -> m.getSimpleName().toString())
                        .thenComparing(ExecutableElement::toString));
        return sorted;
    }

    /** The method as a member of the type, with its type arguments instead of a supertype's type variables. */
    private ExecutableType declared(ExecutableElement method) {
        return (ExecutableType) types.asMemberOf(type, method);
    }

    private MethodSpec forward(ExecutableElement method) {
        String name = method.getSimpleName().toString();
        ExecutableType declared = declared(method);
        TypeMirror result = declared.getReturnType();
        MethodSpec.Builder out = MethodSpec.methodBuilder(name)
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.get(result));
        method.getTypeParameters().forEach(p -> out.addTypeVariable(TypeVariableName.get(p)));
        declared.getThrownTypes().forEach(t -> out.addException(TypeName.get(t)));

        List<? extends TypeMirror> mirrors = declared.getParameterTypes();
        List<String> parameterTypes = mirrors.stream().map(TypeMirror::toString).toList();
        List<String> parameters = new ArrayList<>();
        List<CodeBlock> arguments = new ArrayList<>();
        for (int i = 0; i < mirrors.size(); i++) {
            String parameter = parameterName(name, parameterTypes, i, parameters);
            parameters.add(parameter);
            out.addParameter(ParameterSpec.builder(TypeName.get(mirrors.get(i)), parameter)
                    .build());
            arguments.add(delegates.argument(parameterTypes.get(i), parameter));
        }
        CodeBlock call = CodeBlock.of("$N.$N($L)", spec.field, name, CodeBlock.join(arguments, ", "));
        out.beginControlFlow("try");
        statements(out, name, parameters, call, result);
        if (!spec.catcher.isEmpty() && !declared.getThrownTypes().isEmpty()) {
            out.nextControlFlow("catch ($T e)", spec.caught);
            out.addStatement("throw $N(e)", spec.catcher);
        }
        return out.nextControlFlow("finally")
                .addStatement("$T.reachabilityFence(this)", Reference.class)
                .endControlFlow()
                .build();
    }

    private void statements(
            MethodSpec.Builder out, String method, List<String> parameters, CodeBlock call, TypeMirror result) {
        CodeBlock body = delegates.body(method, spec.field, parameters).orElse(null);
        BinaryOperator<CodeBlock> hook = spec.results.getOrDefault(
                result.toString(), spec.results.get(types.erasure(result).toString()));
        if (body != null) {
            out.addStatement(body);
        } else if (result.getKind() == TypeKind.VOID) {
            out.addStatement(call);
        } else if (hook != null) {
            out.addStatement("return $L", hook.apply(call, CodeBlock.of("$S", method)));
        } else if (isItself(result)) {
            out.addStatement(call);
            out.addStatement("return this");
        } else {
            out.addStatement("return $L", call);
        }
    }

    /** Whether a method with this result returns the object itself. */
    private boolean isItself(TypeMirror result) {
        TypeMirror erased = types.erasure(result);
        return result.getKind() == TypeKind.DECLARED
                && !types.isSameType(
                        erased, elements.getTypeElement("java.lang.Object").asType())
                && types.isSubtype(types.erasure(type), erased);
    }

    private String parameterName(String method, List<String> parameterTypes, int index, List<String> used) {
        String name = delegates.parameterName(spec, method, parameterTypes, index);
        if (name.isEmpty()) {
            name = byType(parameterTypes.get(index));
        }
        String unique = name;
        for (int i = 2; used.contains(unique) || unique.equals(spec.field); i++) {
            unique = name + i;
        }
        return unique;
    }

    private static String byType(String type) {
        String simple = type.replaceAll("<.*>", "").replace("[]", "s");
        simple = simple.substring(simple.lastIndexOf('.') + 1);
        return switch (simple) {
            case "int", "long", "short", "byte", "char", "float", "double", "boolean", "bytes", "Object" -> "value";
            case "ints", "chars", "Strings", "Objects" -> "values";
            case "String" -> "text";
            case "Class" -> "type";
            default ->
                simple.toUpperCase(Locale.ROOT).equals(simple)
                        ? simple.toLowerCase(Locale.ROOT)
                        : Character.toLowerCase(simple.charAt(0)) + simple.substring(1);
        };
    }
}
