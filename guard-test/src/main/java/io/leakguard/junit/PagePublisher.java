package io.leakguard.junit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.function.ThrowingConsumer;
import org.junit.platform.commons.JUnitException;

/**
 * Hands a page to JUnit, which shows it in IDEs and build servers. By name: JUnit can do this since 5.12, and 5.14
 * moved the class of the file's media type.
 */
final class PagePublisher {
    private PagePublisher() {}

    static void publish(ExtensionContext context, Path page) {
        for (Method method : ExtensionContext.class.getMethods()) {
            Class<?>[] parameters = method.getParameterTypes();
            if (method.getName().equals("publishFile")
                    && parameters.length == 3
                    && parameters[1].getSimpleName().equals("MediaType")) {
                publish(context, page, method, parameters[1]);
                return;
            }
        }
    }

    private static void publish(ExtensionContext context, Path page, Method method, Class<?> mediaType) {
        try {
            Object html =
                    mediaType.getMethod("create", String.class, String.class).invoke(null, "text", "html");
            method.invoke(context, page.getFileName().toString(), html, (ThrowingConsumer<Path>)
                    file -> Files.copy(page, file, StandardCopyOption.REPLACE_EXISTING));
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof JUnitException)) {
                throw new IllegalStateException("the page could not be handed to JUnit", e.getCause());
            }
            // This launcher has no folder for files. The console names the page.
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of JUnit takes files in a way that is not known", e);
        }
    }
}
