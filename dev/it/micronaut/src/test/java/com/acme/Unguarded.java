package com.acme;

import com.zaxxer.hikari.HikariDataSource;
import io.micronaut.context.annotation.Primary;
import io.micronaut.jdbc.DataSourceResolver;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import javax.sql.DataSource;

@Singleton
@Primary
public class Unguarded implements DataSourceResolver {

    @Override
    public DataSource resolve(DataSource dataSource) {
        try {
            return dataSource.isWrapperFor(HikariDataSource.class)
                    ? dataSource.unwrap(HikariDataSource.class)
                    : dataSource;
        } catch (SQLException e) {
            return dataSource; // can't be asked: use it as it is
        }
    }
}
