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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;

/** Writes one forwarding class. */
final class ForwardingWriter {

    /** Arguments of these types may be wrappers of ours, which a driver wouldn't know. */
    private static final Set<String> WRAPPED_ARGUMENTS = Set.of(
            "java.sql.Blob",
            "java.sql.Clob",
            "java.sql.NClob",
            "java.sql.SQLXML",
            "java.sql.Array",
            "java.lang.Object",
            "java.lang.Object[]");

    private final Elements elements;
    private final String packageName;
    private final Forwarding spec;

    ForwardingWriter(Elements elements, String packageName, Forwarding spec) {
        this.elements = elements;
        this.packageName = packageName;
        this.spec = spec;
    }

    String write() {
        TypeElement type = elements.getTypeElement(spec.jdbcType());
        ClassName jdbcType = ClassName.get(type);
        TypeSpec.Builder out = TypeSpec.classBuilder(spec.className())
                .addModifiers(Modifier.ABSTRACT)
                .addSuperinterface(jdbcType)
                .addAnnotation(ClassName.get("org.jspecify.annotations", "NullUnmarked"))
                .addAnnotation(AnnotationSpec.builder(SuppressWarnings.class)
                        .addMember("value", "$S", "deprecation")
                        .build())
                .addJavadoc(
                        "Forwards every method of {@link $T}. Written in the build by dev/delegate-generator.\n",
                        jdbcType)
                .addField(FieldSpec.builder(jdbcType, spec.field(), Modifier.FINAL)
                        .build());
        constructor(out, jdbcType);
        boolean results = spec.resultHook();
        if (results) {
            out.addMethod(MethodSpec.methodBuilder("result")
                    .addModifiers(Modifier.ABSTRACT)
                    .addParameter(ClassName.get("java.sql", "ResultSet"), "result")
                    .addParameter(String.class, "method")
                    .returns(ClassName.get("java.sql", "ResultSet"))
                    .build());
        }
        for (ExecutableElement method : methods(type)) {
            out.addMethod(forward(method));
        }
        return JavaFile.builder(packageName, out.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
    }

    private void constructor(TypeSpec.Builder out, ClassName jdbcType) {
        MethodSpec.Builder constructor = MethodSpec.constructorBuilder().addParameter(jdbcType, spec.field());
        if (!spec.superclass().isEmpty()) {
            out.superclass(ClassName.get(packageName, spec.superclass()));
            List<String> names = new ArrayList<>(List.of(spec.field()));
            for (String extra : spec.extra()) {
                String[] typeAndName = extra.split(" ", 2);
                constructor.addParameter(typeName(typeAndName[0]), typeAndName[1]);
                names.add(typeAndName[1]);
            }
            constructor.addStatement("super($L)", String.join(", ", names));
        }
        out.addMethod(constructor.addStatement("this.$1N = $1N", spec.field()).build());
    }

    private TypeName typeName(String simple) {
        return switch (simple) {
            case "int" -> TypeName.INT;
            case "String" -> ClassName.get(String.class);
            case "ResourceKind" -> ClassName.get("io.leakguard", simple);
            default -> ClassName.get(packageName, simple);
        };
    }

    /** Every instance method, those of the superclass's interface left out, in an order that doesn't depend on the JDK. */
    private List<ExecutableElement> methods(TypeElement type) {
        Map<String, ExecutableElement> found = new LinkedHashMap<>();
        List<ExecutableElement> candidates = spec.superclass().isEmpty()
                ? ElementFilter.methodsIn(elements.getAllMembers(type))
                : ElementFilter.methodsIn(type.getEnclosedElements());
        for (ExecutableElement method : candidates) {
            TypeElement owner = (TypeElement) method.getEnclosingElement();
            if (!method.getModifiers().contains(Modifier.STATIC)
                    && !owner.getQualifiedName().contentEquals("java.lang.Object")) {
                found.put(method.toString(), method);
            }
        }
        List<ExecutableElement> sorted = new ArrayList<>(found.values());
        sorted.sort(
                Comparator.comparing((ExecutableElement m) -> m.getSimpleName().toString())
                        .thenComparing(ExecutableElement::toString));
        return sorted;
    }

    private MethodSpec forward(ExecutableElement method) {
        String name = method.getSimpleName().toString();
        MethodSpec.Builder out = MethodSpec.methodBuilder(name)
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.get(method.getReturnType()));
        method.getTypeParameters().forEach(p -> out.addTypeVariable(TypeVariableName.get(p)));
        method.getThrownTypes().forEach(t -> out.addException(TypeName.get(t)));
        List<CodeBlock> arguments = new ArrayList<>();
        Set<String> used = new HashSet<>();
        List<? extends VariableElement> parameters = method.getParameters();
        for (int i = 0; i < parameters.size(); i++) {
            TypeMirror type = parameters.get(i).asType();
            String parameter = parameterName(name, i, type, used);
            out.addParameter(
                    ParameterSpec.builder(TypeName.get(type), parameter).build());
            arguments.add(
                    WRAPPED_ARGUMENTS.contains(type.toString())
                            ? CodeBlock.of("$T.raw($N)", ClassName.get(packageName, "Lobs"), parameter)
                            : CodeBlock.of("$N", parameter));
        }
        if (name.equals("unwrap")) {
            out.addStatement(
                    "return $1N != null && $1N.isInstance(this) ? $1N.cast(this) : $2N.unwrap($1N)",
                    one(used),
                    spec.field());
        } else if (name.equals("isWrapperFor")) {
            out.addStatement(
                    "return ($1N != null && $1N.isInstance(this)) || $2N.isWrapperFor($1N)", one(used), spec.field());
        } else {
            CodeBlock call = CodeBlock.of("$N.$N($L)", spec.field(), name, CodeBlock.join(arguments, ", "));
            if (method.getReturnType().getKind() == TypeKind.VOID) {
                out.addStatement(call);
            } else if (spec.resultHook() && method.getReturnType().toString().equals("java.sql.ResultSet")) {
                out.addStatement("return result($L, $S)", call, name);
            } else {
                out.addStatement("return $L", call);
            }
        }
        return out.build();
    }

    private static String one(Set<String> names) {
        return names.iterator().next();
    }

    /** The class files that the compiler reads have no names of parameters: these are made up from what the method does. */
    private String parameterName(String method, int index, TypeMirror mirror, Set<String> used) {
        String type = mirror.toString();
        String name = index == 0 ? first(method, type) : later(method, index, type);
        if (name.isEmpty()) {
            String simple = type.replaceAll("<.*>", "").replace("[]", "s");
            simple = simple.substring(simple.lastIndexOf('.') + 1);
            name = switch (simple) {
                case "int", "long", "short", "byte", "float", "double", "boolean", "bytes", "Object" -> "value";
                case "ints", "Strings", "Objects" -> "values";
                case "String" -> "text";
                case "Class" -> "type";
                default ->
                    simple.toUpperCase(Locale.ROOT).equals(simple)
                            ? simple.toLowerCase(Locale.ROOT)
                            : Character.toLowerCase(simple.charAt(0)) + simple.substring(1);
            };
        }
        String unique = name;
        for (int i = 2; !used.add(unique) || unique.equals(spec.field()); i++) {
            unique = name + i;
        }
        return unique;
    }

    private String first(String method, String type) {
        boolean text = type.equals("java.lang.String");
        boolean number = type.equals("int");
        String name = switch (spec.simpleName()) {
            case "ResultSet" -> method.matches("(get|update|findColumn).*") ? "column" : "";
            case "PreparedStatement", "CallableStatement" -> method.matches("(get|set|register).*") ? "parameter" : "";
            case "DatabaseMetaData" -> text && method.startsWith("get") ? "catalog" : "";
            default -> text && method.startsWith("getConnection") ? "user" : "";
        };
        if (name.equals("column")) {
            return text ? "columnLabel" : number ? "columnIndex" : "";
        }
        if (name.equals("parameter")) {
            return text ? "parameterName" : number ? "parameterIndex" : "";
        }
        return text && method.matches("(execute|prepare).*|addBatch|nativeSQL") ? "sql" : name;
    }

    private String later(String method, int index, String type) {
        boolean text = type.equals("java.lang.String");
        boolean number = type.equals("int") || type.equals("long");
        return switch (spec.simpleName()) {
            case "DatabaseMetaData" ->
                text ? index == 1 ? "schemaPattern" : index == 2 ? "namePattern" : "pattern" : "";
            case "Connection" -> number && method.matches("prepare.*|createStatement") ? "option" : "";
            default -> number && index == 2 ? "length" : "";
        };
    }
}
