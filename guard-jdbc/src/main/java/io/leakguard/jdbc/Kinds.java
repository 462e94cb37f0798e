package io.leakguard.jdbc;

import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;

/** The kinds of JDBC resources. */
final class Kinds {
    private Kinds() {}

    static final ResourceKind CONNECTION = ResourceKind.of("jdbc.connection", AtCollection.LOST_TO_POOL);
    static final ResourceKind POOLED_CONNECTION = ResourceKind.of("jdbc.pooled_connection", AtCollection.LOST_TO_POOL);
    static final ResourceKind XA_CONNECTION = ResourceKind.of("jdbc.xa_connection", AtCollection.LOST_TO_POOL);
    static final ResourceKind STATEMENT = ResourceKind.of("jdbc.statement");
    static final ResourceKind PREPARED_STATEMENT = ResourceKind.of("jdbc.prepared_statement");
    static final ResourceKind CALLABLE_STATEMENT = ResourceKind.of("jdbc.callable_statement");
    static final ResourceKind RESULT_SET = ResourceKind.of("jdbc.result_set");
    static final ResourceKind METADATA_RESULT_SET = ResourceKind.of("jdbc.metadata_result_set");
    static final ResourceKind GENERATED_KEYS = ResourceKind.of("jdbc.generated_keys");
    static final ResourceKind BLOB = ResourceKind.of("jdbc.blob", AtCollection.UNKNOWN, "free()");
    static final ResourceKind CLOB = ResourceKind.of("jdbc.clob", AtCollection.UNKNOWN, "free()");
    static final ResourceKind NCLOB = ResourceKind.of("jdbc.nclob", AtCollection.UNKNOWN, "free()");
    static final ResourceKind SQLXML = ResourceKind.of("jdbc.sqlxml", AtCollection.UNKNOWN, "free()");
    static final ResourceKind ARRAY = ResourceKind.of("jdbc.array", AtCollection.UNKNOWN, "free()");
}
