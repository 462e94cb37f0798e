package com.acme.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A servlet container on loopback. */
interface Container extends AutoCloseable {

    int port();

    /** Which container, and on which threads. */
    enum Kind {
        JETTY,
        TOMCAT
    }

    static Container start(Kind kind, boolean virtual, Filter filter, Servlet servlet, Path folder) throws Exception {
        return kind == Kind.JETTY
                ? new Jetty(virtual, filter, servlet)
                : new TomcatContainer(virtual, filter, servlet, folder);
    }

    /** One virtual thread for each task; empty before JDK 21. */
    static Optional<ExecutorService> virtualThreads() {
        try {
            return Optional.of((ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    final class Jetty implements Container {
        private final Server server;
        private final ServerConnector connector;
        private final ExecutorService virtual;

        Jetty(boolean onVirtual, Filter filter, Servlet servlet) throws Exception {
            virtual = onVirtual ? virtualThreads().orElseThrow() : null;
            QueuedThreadPool threads = new QueuedThreadPool(8);
            threads.setVirtualThreadsExecutor(virtual);
            server = new Server(threads);
            connector = new ServerConnector(server, 1, 1);
            connector.setHost("127.0.0.1");
            server.addConnector(connector);
            ServletContextHandler context = new ServletContextHandler("/");
            context.addFilter(new FilterHolder(filter), "/*", EnumSet.of(DispatcherType.REQUEST));
            ServletHolder holder = new ServletHolder(servlet);
            holder.setAsyncSupported(true);
            context.addServlet(holder, "/app/*");
            server.setHandler(context);
            server.start();
        }

        @Override
        public int port() {
            return connector.getLocalPort();
        }

        @Override
        public void close() throws Exception {
            server.stop();
            if (virtual != null) {
                virtual.shutdown();
            }
        }
    }

    @SuppressWarnings("deprecation") // addServletMappingDecoded: Tomcat's documentation of an embedded one uses it
    final class TomcatContainer implements Container {
        private final Tomcat tomcat = new Tomcat();
        private final ExecutorService virtual;

        TomcatContainer(boolean onVirtual, Filter filter, Servlet servlet, Path folder) throws Exception {
            virtual = onVirtual ? virtualThreads().orElseThrow() : null;
            tomcat.setBaseDir(folder.toString());
            Connector connector = new Connector();
            connector.setPort(0);
            connector.setProperty("address", "127.0.0.1");
            connector.setProperty("maxThreads", "8");
            if (virtual != null) {
                connector.getProtocolHandler().setExecutor(virtual);
            }
            tomcat.setConnector(connector);
            Context context = tomcat.addContext("", folder.toString());
            FilterDef definition = new FilterDef();
            definition.setFilterName("scope");
            definition.setFilter(filter);
            definition.setAsyncSupported("true");
            context.addFilterDef(definition);
            FilterMap map = new FilterMap();
            map.setFilterName("scope");
            map.addURLPattern("/*");
            context.addFilterMap(map);
            Wrapper wrapper = Tomcat.addServlet(context, "app", servlet);
            wrapper.setAsyncSupported(true);
            context.addServletMappingDecoded("/app/*", "app");
            tomcat.start();
        }

        @Override
        public int port() {
            return tomcat.getConnector().getLocalPort();
        }

        @Override
        public void close() throws Exception {
            tomcat.stop();
            tomcat.destroy();
            if (virtual != null) {
                virtual.shutdown();
            }
        }
    }
}
