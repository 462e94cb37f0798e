package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** What the less usual parts of JDBC answer, or refuse: with the guard it is what it is without, and nothing is reported. */
@UsesDatabases
class SameAsTheDriverTest {

    private interface Use {
        Object of(Connection c, String table) throws Exception;
    }

    private static final Map<String, Use> USES = new LinkedHashMap<>();

    static {
        USES.put("a savepoint that is gone back to", (c, table) -> {
            c.setAutoCommit(false);
            insert(c, table, "kept");
            Savepoint savepoint = c.setSavepoint();
            insert(c, table, "not kept");
            c.rollback(savepoint);
            c.commit();
            c.setAutoCommit(true);
            return names(c, table);
        });
        USES.put("a savepoint with a name that is released", (c, table) -> {
            c.setAutoCommit(false);
            Savepoint savepoint = c.setSavepoint("here");
            String name = savepoint.getSavepointName();
            c.releaseSavepoint(savepoint);
            c.rollback();
            return name;
        });
        USES.put("a savepoint without a transaction", (c, table) -> {
            c.setAutoCommit(true);
            return c.setSavepoint();
        });
        USES.put("the schema", (c, table) -> {
            String schema = c.getSchema();
            c.setSchema(schema);
            return c.getSchema();
        });
        USES.put("a schema that isn't there", (c, table) -> {
            c.setSchema("no_such_schema");
            return names(c, table);
        });
        USES.put("the catalog", (c, table) -> {
            c.setCatalog(c.getCatalog());
            return c.getCatalog();
        });
        USES.put("an array", (c, table) -> {
            Array array = c.createArrayOf("INTEGER", new Object[] {1, 2});
            return array == null ? null : Arrays.toString((Object[]) array.getArray());
        });
        USES.put("a struct", (c, table) -> c.createStruct("nothing", new Object[] {1}));
        USES.put("a batch of statements", (c, table) -> {
            try (Statement s = c.createStatement()) {
                s.addBatch("insert into " + table + " (name) values ('a')");
                s.addBatch("insert into " + table + " (name) values ('b')");
                return Arrays.toString(s.executeBatch()) + names(c, table);
            }
        });
        USES.put("a batch of parameters", (c, table) -> {
            try (PreparedStatement p = c.prepareStatement("insert into " + table + " (name) values (?)")) {
                for (String name : new String[] {"a", "b", "c"}) {
                    p.setString(1, name);
                    p.addBatch();
                }
                p.executeLargeBatch();
                return names(c, table);
            }
        });
        USES.put("a batch that fails", (c, table) -> {
            try (PreparedStatement p = c.prepareStatement("insert into " + table + " (id, name) values (?, 'x')")) {
                for (int id : new int[] {7, 7}) {
                    p.setInt(1, id);
                    p.addBatch();
                }
                p.executeBatch();
                return "not refused";
            } catch (BatchUpdateException e) {
                return e.getUpdateCounts().length + " " + e.getSQLState();
            }
        });
        USES.put("rows that are changed by their result set", (c, table) -> {
            insert(c, table, "before");
            insert(c, table, "deleted");
            try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                    ResultSet r = s.executeQuery("select id, name from " + table + " order by id")) {
                r.next();
                r.updateString("name", "after");
                r.updateRow();
                r.next();
                r.deleteRow();
                r.moveToInsertRow();
                r.updateInt(1, 99);
                r.updateString(2, "inserted");
                r.insertRow();
                r.moveToCurrentRow();
            }
            return names(c, table);
        });
        USES.put("going to and fro in a result set", (c, table) -> {
            try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                    ResultSet r = s.executeQuery("select name from item where id <= 3 order by id")) {
                r.last();
                int row = r.getRow();
                r.absolute(1);
                String first = r.getString(1);
                r.relative(1);
                return row + first + r.getString(1) + r.isLast() + r.previous() + r.isFirst();
            }
        });
        USES.put("generated keys by name", (c, table) -> {
            try (PreparedStatement p =
                    c.prepareStatement("insert into " + table + " (name) values ('x')", new String[] {"id"})) {
                p.executeUpdate();
                try (ResultSet r = p.getGeneratedKeys()) {
                    return r.next() + " " + r.getInt(1);
                }
            }
        });
        USES.put("the parameters' description", (c, table) -> {
            try (PreparedStatement p = c.prepareStatement("select name from item where id = ?")) {
                return p.getParameterMetaData().getParameterCount()
                        + p.getMetaData().getColumnLabel(1);
            }
        });
        USES.put("limits of a statement", (c, table) -> {
            try (Statement s = c.createStatement()) {
                s.setMaxRows(1);
                s.setFetchSize(10);
                s.setQueryTimeout(30);
                s.setPoolable(true);
                ResultSet r = s.executeQuery("select name from item");
                boolean one = r.next();
                return one + " " + r.next() + s.getMaxRows() + s.getFetchSize() + s.getQueryTimeout() + s.isPoolable();
            }
        });
        USES.put("an update count and the end of the results", (c, table) -> {
            try (Statement s = c.createStatement()) {
                boolean result = s.execute("insert into " + table + " (name) values ('x')");
                int count = s.getUpdateCount();
                return result + " " + count + s.getMoreResults() + s.getUpdateCount() + s.getResultSet();
            }
        });
        USES.put("a call", (c, table) -> {
            try (CallableStatement s = c.prepareCall("{? = call abs(?)}")) {
                s.registerOutParameter(1, java.sql.Types.INTEGER);
                s.setInt(2, -5);
                s.execute();
                return s.getInt(1);
            }
        });
        USES.put("meta data of every kind, left open", (c, table) -> {
            DatabaseMetaData m = c.getMetaData();
            ResultSet columns = m.getColumns(null, null, table, null);
            ResultSet types = m.getTypeInfo();
            ResultSet keys = m.getPrimaryKeys(null, null, table);
            return columns.next() + " " + types.next() + keys.next() + m.supportsSavepoints()
                    + m.isWrapperFor(DatabaseMetaData.class)
                    + m.unwrap(DatabaseMetaData.class).getUserName();
        });
        USES.put("unwrap to nothing", (c, table) -> c.unwrap(null));
        USES.put("a wrapper for nothing", (c, table) -> c.isWrapperFor(null));
        USES.put(
                "a statement unwrapped to nothing",
                (c, table) -> c.createStatement().unwrap(null));
        USES.put("settings", (c, table) -> {
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            c.setReadOnly(false);
            return c.getTransactionIsolation() + " " + c.isReadOnly() + c.getHoldability() + c.isValid(5);
        });
        USES.put("a network timeout", (c, table) -> {
            c.setNetworkTimeout(Runnable::run, 60_000);
            return c.getNetworkTimeout();
        });
        USES.put("client info that isn't there", (c, table) -> c.getClientInfo("nothing"));
        USES.put("native SQL", (c, table) -> c.nativeSQL("select {fn abs(-1)}"));
        USES.put("a statement cancelled that doesn't run", (c, table) -> {
            try (Statement s = c.createStatement()) {
                s.cancel();
                return s.isClosed();
            }
        });
        USES.put("quoting", (c, table) -> {
            try (Statement s = c.createStatement()) {
                return s.enquoteLiteral("it's") + s.enquoteIdentifier("a b", true) + s.isSimpleIdentifier("ab");
            }
        });
        USES.put("an unclosed cursor by its name", (c, table) -> {
            Statement s = c.createStatement();
            s.setCursorName("mine");
            return s.executeQuery("select name from item").getCursorName() != null;
        });
    }

    private static void insert(Connection c, String table, String name) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.executeUpdate("insert into " + table + " (name) values ('" + name + "')");
        }
    }

    private static String names(Connection c, String table) throws SQLException {
        StringBuilder names = new StringBuilder();
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select name from " + table + " order by id")) {
            while (r.next()) {
                names.append(r.getString(1)).append(' ');
            }
        }
        return names.toString();
    }

    /** Its answer or its refusal. */
    private static String outcome(Use use, Connection c, String table) {
        try {
            return String.valueOf(use.of(c, table)).replaceAll("@\\w+|sp\\d+", "");
        } catch (Exception | LinkageError e) {
            String state = e instanceof SQLException s ? s.getSQLState() + " " + s.getErrorCode() : "";
            return e.getClass().getName() + " " + state;
        }
    }

    private final Recorder recorder = new Recorder(b -> b.reclaim(true));

    @AfterEach
    void close() {
        recorder.close();
    }

    @EachDatabase
    void it_answers_or_refuses_what_the_driver_does(Database database) throws SQLException {
        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, String> actual = new LinkedHashMap<>();
        for (Map.Entry<String, Use> use : USES.entrySet()) {
            String table = database.newTable();
            try (Connection raw = database.dataSource().getConnection()) {
                expected.put(use.getKey(), outcome(use.getValue(), raw, table));
                end(raw);
            }
            table = database.newTable();
            try (Connection c =
                    recorder.builder().lobs(true).wrap(database.dataSource()).getConnection()) {
                actual.put(use.getKey(), outcome(use.getValue(), c, table));
                end(c);
            }
        }
        assertThat(actual).isEqualTo(expected);
        recorder.assertNothingLeaked();
    }

    /** Derby can't be closed in a transaction. */
    private static void end(Connection c) throws SQLException {
        if (!c.isClosed() && !c.getAutoCommit()) {
            c.rollback();
        }
    }
}
