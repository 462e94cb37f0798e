package io.leakguard.internal.stack;

import java.util.Set;

/** The JDK and the libraries that open resources for others, by the beginnings of their classes' names. */
final class Libraries {

    private static final String[] PREFIXES = {
        // The JDK and languages
        "java.",
        "javax.",
        "jdk.",
        "sun.",
        "com.sun.",
        "jakarta.",
        "kotlin.",
        "kotlinx.",
        "scala.",
        "groovy.",
        "clojure.",
        "org.codehaus.groovy.",
        // Logging and telemetry
        "org.slf4j.",
        "ch.qos.logback.",
        "org.jboss.",
        "org.tinylog.",
        "io.opentelemetry.",
        "io.opentracing.",
        "io.prometheus.",
        "io.micrometer.",
        "com.codahale.metrics.",
        "com.newrelic.",
        "com.datadog.",
        "datadog.",
        "io.sentry.",
        "brave.",
        "zipkin2.",
        // Apache: the origin of the code recognizes an application of this name
        "org.apache.",
        // Connection pools and JDBC drivers
        "com.zaxxer.hikari.",
        "io.agroal.",
        "com.mchange.",
        "com.alibaba.druid.",
        "org.vibur.",
        "com.jolbox.bonecp.",
        "org.h2.",
        "org.hsqldb.",
        "org.sqlite.",
        "org.duckdb.",
        "org.postgresql.",
        "com.impossibl.postgres.",
        "org.mariadb.",
        "com.mysql.",
        "com.microsoft.sqlserver.",
        "net.sourceforge.jtds.",
        "oracle.",
        "com.ibm.db2.",
        "com.sap.db.",
        "org.firebirdsql.",
        "com.clickhouse.",
        "ru.yandex.clickhouse.",
        "net.snowflake.",
        "com.simba.",
        "io.trino.jdbc.",
        "com.facebook.presto.jdbc.",
        "org.testcontainers.",
        "com.github.dockerjava.",
        "com.p6spy.",
        "net.ttddyy.",
        // Database access for applications
        "org.hibernate.",
        "org.eclipse.persistence.",
        "org.datanucleus.",
        "org.jooq.",
        "org.jdbi.",
        "org.skife.jdbi.",
        "org.mybatis.",
        "com.baomidou.mybatisplus.",
        "org.sql2o.",
        "com.querydsl.",
        "io.ebean.",
        "io.ebeaninternal.",
        "org.flywaydb.",
        "liquibase.",
        "org.dbunit.",
        "org.quartz.",
        "org.jobrunr.",
        "com.github.kagkarlsson.",
        "net.javacrumbs.shedlock.",
        "io.r2dbc.",
        // Clients of other stores and brokers
        "redis.clients.",
        "io.lettuce.",
        "org.redisson.",
        "com.mongodb.",
        "dev.morphia.",
        "com.datastax.",
        "com.couchbase.",
        "org.neo4j.",
        "com.arangodb.",
        "org.influxdb.",
        "com.influxdb.",
        "org.elasticsearch.",
        "co.elastic.",
        "org.opensearch.",
        "net.spy.memcached.",
        "net.rubyeye.xmemcached.",
        "com.hazelcast.",
        "org.infinispan.",
        "org.ehcache.",
        "net.sf.ehcache.",
        "com.orientechnologies.",
        "com.aerospike.",
        "org.rocksdb.",
        "org.lmdbjava.",
        "org.iq80.leveldb.",
        "org.fusesource.",
        "org.mapdb.",
        "io.etcd.",
        "com.orbitz.consul.",
        "com.rabbitmq.",
        "io.nats.",
        "io.confluent.",
        "org.zeromq.",
        "org.eclipse.paho.",
        "com.hivemq.client.",
        "io.minio.",
        // Clouds
        "software.amazon.",
        "com.amazonaws.",
        "com.amazon.redshift.",
        "com.amazon.athena.",
        "com.azure.",
        "com.microsoft.azure.",
        "com.microsoft.applicationinsights.",
        "com.google.cloud.",
        "com.google.api.",
        "com.google.auth.",
        "com.google.firebase.",
        "com.oracle.bmc.",
        "com.aliyun.",
        "io.kubernetes.client.",
        "io.fabric8.",
        // Networks and the web
        "io.netty.",
        "org.jboss.netty.",
        "io.grpc.",
        "okhttp3.",
        "okio.",
        "retrofit2.",
        "com.squareup.",
        "feign.",
        "kong.unirest.",
        "com.mashape.unirest.",
        "io.ktor.",
        "com.ning.http.",
        "org.asynchttpclient.",
        "org.jsoup.",
        "com.jcraft.jsch.",
        "net.schmizz.",
        "com.hierynomus.",
        "org.eclipse.jetty.",
        "org.eclipse.jgit.",
        "org.glassfish.",
        "org.restlet.",
        "org.xnio.",
        "io.undertow.",
        "io.vertx.",
        "io.smallrye.",
        "io.quarkus.",
        "io.micronaut.",
        "io.helidon.",
        "io.javalin.",
        "io.dropwizard.",
        "ratpack.",
        "akka.",
        "play.api.",
        "play.core.",
        "io.rsocket.",
        "org.springframework.",
        "com.netflix.astyanax.",
        "com.netflix.client.",
        "com.netflix.discovery.",
        "com.netflix.hystrix.",
        "com.netflix.zuul.",
        "io.github.resilience4j.",
        "dev.failsafe.",
        "graphql.",
        "com.vaadin.",
        // Runners of other code
        "reactor.",
        "io.reactivex.",
        "rx.",
        "io.projectreactor.",
        "org.reactivestreams.",
        "io.temporal.",
        "com.lmax.disruptor.",
        "com.google.common.",
        "com.google.inject.",
        "com.google.gson.",
        "com.google.protobuf.",
        "com.google.devtools.",
        "dagger.",
        "com.fasterxml.",
        "tools.jackson.",
        "com.esotericsoftware.",
        "com.opencsv.",
        "com.univocity.",
        "com.lowagie.",
        "com.itextpdf.",
        "org.bouncycastle.",
        "org.conscrypt.",
        "org.xerial.",
        "org.yaml.snakeyaml.",
        "org.dom4j.",
        "org.jdom2.",
        "org.osgi.",
        "org.eclipse.osgi.",
        "org.eclipse.equinox.",
        "com.github.benmanes.caffeine.",
        "net.bytebuddy.",
        "net.sf.cglib.",
        "javassist.",
        "org.aspectj.",
        "org.objectweb.asm.",
        "aj.org.objectweb.asm.",
        // Tests and their runners
        "org.junit.",
        "junit.",
        "org.mockito.",
        "org.assertj.",
        "org.hamcrest.",
        "org.awaitility.",
        "org.testng.",
        "org.spockframework.",
        "spock.",
        "io.kotest.",
        "io.mockk.",
        "io.cucumber.",
        "io.restassured.",
        "com.github.tomakehurst.wiremock.",
        "org.wiremock.",
        "org.mockserver.",
        "org.openjdk.jmh.",
        "org.gradle.",
        "worker.org.gradle.",
        "com.intellij.",
        "com.tngtech.archunit.",
        "org.openqa.selenium."
    };

    /**
     * Programs that start an application: the class that the JVM was started with then says nothing about the
     * application.
     */
    private static final String[] LAUNCHERS = {
        "java.",
        "jdk.",
        "sun.",
        "com.sun.",
        "groovy.",
        "scala.",
        "clojure.",
        "kotlin.",
        "akka.",
        "play.core.",
        "com.intellij.",
        "io.cucumber.",
        "io.quarkus.",
        "io.vertx.",
        "org.codehaus.plexus.classworlds.",
        "org.eclipse.equinox.",
        "org.eclipse.jdt.",
        "org.eclipse.jetty.",
        "org.eclipse.osgi.",
        "org.glassfish.",
        "org.gradle.",
        "org.jboss.",
        "org.junit.",
        "org.openjdk.jmh.",
        "org.springframework.boot.",
        "org.testng.",
        "org.wildfly.",
        "worker.org.gradle.",
        "com.ibm.ws.",
        "org.apache.catalina.",
        "org.apache.commons.daemon.",
        "org.apache.felix.",
        "org.apache.flink.",
        "org.apache.hadoop.",
        "org.apache.karaf.",
        "org.apache.maven.",
        "org.apache.openejb.",
        "org.apache.spark.",
        "org.apache.storm.",
        "org.apache.tomee.",
        "org.apache.tools.ant."
    };

    /** The part after {@code org.apache.} in the most frequent libraries of that name. */
    private static final Set<String> APACHE =
            Set.of(("accumulo activemq ambari aries arrow atlas avro axiom axis axis2 batik bcel beam bookkeeper "
                            + "bval calcite camel cassandra catalina cayenne chemistry clerezza commons coyote curator cxf "
                            + "daffodil datasketches deltaspike derby directory doris drill druid dubbo el empire felix "
                            + "fineract flink flume fop fory fulcrum fury geode geronimo giraph gora groovy guacamole hadoop "
                            + "harmony hbase hc hcatalog helix hive hop http hudi ibatis iceberg ignite iotdb isis ivy "
                            + "jackrabbit james jasper jcp jcs jena jmeter johnzon juli juneau kafka karaf kerby knox kudu "
                            + "kylin linkis log4j logging lucene mahout manifoldcf maven meecrowave mina myfaces naming neethi "
                            + "netbeans nifi nutch olingo oltu oozie openejb openjpa opennlp openwebbeans orc oro ozone paimon "
                            + "parquet pdfbox phoenix pinot pluto poi polaris portals pulsar qpid ranger ratis regexp rocketmq "
                            + "roller royale samoa samza sanselan seata sedona sentry serf servicecomb servicemix shale "
                            + "shardingsphere shindig shiro skywalking slide sling solr spark sqoop sshd storm streampark "
                            + "streampipes struts struts2 synapse syncope sysds taglibs tapestry tapestry5 tez thrift tika "
                            + "tiles tinkerpop tomcat tomee tools torque tribes turbine uima uniffle unomi velocity vfs wicket "
                            + "wink wml woden ws wss4j xalan xbean xerces xml xmlbeans xmlcommons xmlgraphics xmlrpc xpath "
                            + "yetus zeppelin zookeeper")
                    .split(" "));

    private Libraries() {}

    static boolean has(String className) {
        return begins(className, PREFIXES);
    }

    /**
     * Tells whether a class is certainly a library's by its name. {@code org.apache.orders} may be one: that name is
     * unknown.
     */
    static boolean hasForSure(String className) {
        if (!className.startsWith("org.apache.")) {
            return has(className);
        }
        int start = "org.apache.".length();
        int end = className.indexOf('.', start);
        return end > 0 && APACHE.contains(className.substring(start, end));
    }

    /** Tells whether a package holds libraries, so that two classes in it may have different owners. */
    static boolean areWithin(String packageName) {
        String prefix = packageName + ".";
        for (String library : PREFIXES) {
            if (library.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether a main class is known to start other people's applications. */
    static boolean isLauncher(String className) {
        return begins(className, LAUNCHERS);
    }

    private static boolean begins(String className, String[] prefixes) {
        for (String prefix : prefixes) {
            if (className.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
