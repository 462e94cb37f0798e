package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionTemplate;

/** Legal use through the usual frameworks reports nothing, and a leak that is planted among it is found. */
@UsesDatabases(value = Database.H2, leaksConnections = "DBCP2 closes no connection that was not given back")
class FrameworksTest {

    private final Recorder recorder = new Recorder();
    private DataSource pool;
    private DataSource dataSource;

    @BeforeEach
    void open() throws SQLException {
        pool = Pool.DBCP2.over(Database.H2.dataSource());
        dataSource = recorder.guard(pool);
    }

    @AfterEach
    void close() throws Exception {
        recorder.close();
        Pool.close(pool);
    }

    private void assertOnlyThePlantedLeakIsReported(String kind, String site) {
        assertThat(recorder.await(kind).siteText()).startsWith("FrameworksTest." + site + "(");
        assertThat(recorder.settled()).hasSize(1);
    }

    @Test
    void spring_s_jdbc_template_and_transactions() {
        JdbcTemplate template = new JdbcTemplate(dataSource);
        TransactionTemplate transactions = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        transactions.executeWithoutResult(t -> {
            template.update("update item set name = ? where name = ?", "one", "one");
            assertThat(template.queryForList("select name from item", String.class))
                    .contains("two");
        });
        assertThatThrownBy(() -> transactions.executeWithoutResult(t -> template.execute("nonsense")))
                .isInstanceOf(RuntimeException.class);
        template.query("select name from item", rows -> {});
        recorder.assertNothingLeaked();

        leakThroughSpring();
        assertOnlyThePlantedLeakIsReported("jdbc.connection", "leakThroughSpring");
    }

    private void leakThroughSpring() {
        DataSourceUtils.getConnection(dataSource);
    }

    @Test
    void hibernate() {
        org.hibernate.cfg.Configuration configuration = new org.hibernate.cfg.Configuration()
                .addAnnotatedClass(Item.class)
                .setProperty("hibernate.dialect", "org.hibernate.dialect.H2Dialect");
        configuration.getProperties().put("hibernate.connection.datasource", dataSource);
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            factory.inTransaction(session -> {
                Item item = new Item();
                item.name = "four";
                session.persist(item);
            });
            factory.inTransaction(session -> {
                List<Item> items = session.createQuery("from Item where name = 'four'", Item.class)
                        .getResultList();
                assertThat(items).isNotEmpty();
                items.forEach(session::remove);
            });
            recorder.assertNothingLeaked();

            leakThroughHibernate(factory);
            assertOnlyThePlantedLeakIsReported("jdbc.connection", "leakThroughHibernate");
        }
    }

    private static void leakThroughHibernate(SessionFactory factory) {
        Session session = factory.openSession();
        session.beginTransaction();
        session.createNativeQuery("select 1", Integer.class).getSingleResult();
    }

    /** An entity. */
    @Entity(name = "Item")
    @Table(name = "item")
    static class Item {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Integer id;

        String name;
    }

    @Test
    void jooq() {
        System.setProperty("org.jooq.no-logo", "true");
        System.setProperty("org.jooq.no-tips", "true");
        DSLContext jooq = DSL.using(dataSource, SQLDialect.H2);
        jooq.transaction(t -> t.dsl().execute("update item set name = 'two' where name = 'two'"));
        assertThat(jooq.fetch("select name from item")).isNotEmpty();
        try (var cursor = jooq.fetchLazy("select name from item")) {
            assertThat(cursor.fetchNext()).isNotNull();
        }
        recorder.assertNothingLeaked();

        leakThroughJooq(jooq);
        assertOnlyThePlantedLeakIsReported("jdbc.connection", "leakThroughJooq");
    }

    /** Not a cursor left open: jOOQ keeps that one's connection in a thread local, so that it is never collected. */
    private static void leakThroughJooq(DSLContext jooq) {
        jooq.configuration().connectionProvider().acquire();
    }

    /** What MyBatis runs. */
    interface Items {
        @Select("select name from item")
        List<String> names();

        @Insert("insert into item (name) values (#{name})")
        int add(String name);
    }

    @Test
    void mybatis() {
        Configuration configuration =
                new Configuration(new Environment("test", new JdbcTransactionFactory(), dataSource));
        configuration.addMapper(Items.class);
        SqlSessionFactory factory = new SqlSessionFactoryBuilder().build(configuration);
        try (SqlSession session = factory.openSession()) {
            assertThat(session.getMapper(Items.class).names()).contains("two");
            session.getMapper(Items.class).add("five");
            session.rollback();
        }
        recorder.assertNothingLeaked();

        leakThroughMyBatis(factory);
        assertOnlyThePlantedLeakIsReported("jdbc.connection", "leakThroughMyBatis");
    }

    private static void leakThroughMyBatis(SqlSessionFactory factory) {
        factory.openSession().getMapper(Items.class).names();
    }
}
