package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.Secrets;
import dev.cohortium.config.Source;
import dev.cohortium.config.UserFault;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.jdbc.JdbcDialects;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Reads sources, the edge where files and databases come in. Nothing is parsed here: text stays
 * text.
 */
final class SourceReader {
  private static final int DEEPEST_JSON = 50;

  private final SparkSession session;
  private final Instant readAt;

  /**
   * A reader.
   *
   * @param readAt dates what comes from databases and Delta tables, which do not say when they
   *     delivered
   */
  SourceReader(SparkSession session, Instant readAt) {
    this.session = session;
    this.readAt = readAt;
  }

  /** The rows of {@code source}, planned and not read yet. */
  Raw read(Source source) {
    try {
      return new Raw(source, rows(source));
    } catch (AssertionError e) {
      // So Spark says that the folders under a path are of several tables.
      throw SourceFault.of(source, e);
    }
  }

  private Dataset<Row> rows(Source source) {
    return switch (source.format()) {
      case CSV -> csv(source);
      case JSON -> json(source);
      case PARQUET -> files(reader(source).option("mergeSchema", "true"), "parquet", source);
      case DELTA -> delta(source);
      case JDBC -> jdbc(source);
    };
  }

  /** Text columns named by the header; lines with more or fewer fields than it are malformed. */
  private Dataset<Row> csv(Source source) {
    Dataset<Row> first = csvReader(source).csv(path(source));
    StructType header = first.schema();
    if (header.isEmpty()) {
      return session.emptyDataFrame();
    }
    DataFrameReader reader =
        csvReader(source)
            // A file whose header differs is refused rather than read by position. One file alone
            // is its own header, also where Spark had to name a column without a name.
            .option("enforceSchema", first.inputFiles().length == 1)
            .option("columnPruning", "false")
            .schema(withMalformed(header));
    return files(reader, "csv", source);
  }

  /** Quotes as in RFC 4180 unless the study says otherwise, and a header line. */
  private DataFrameReader csvReader(Source source) {
    return session
        .read()
        .option("header", "true")
        .option("escape", "\"")
        .options(source.options())
        .option("inferSchema", "false");
  }

  /**
   * Every primitive as its text, structs and arrays as they are; a first pass finds the columns.
   */
  private Dataset<Row> json(Source source) {
    StructType inferred =
        jsonReader(source)
            .option("primitivesAsString", "true")
            .option("columnNameOfCorruptRecord", Raw.MALFORMED)
            .json(path(source))
            .schema();
    if (inferred.isEmpty()) {
      return session.emptyDataFrame();
    }
    StructType columns = new StructType();
    for (StructField field : inferred.fields()) {
      columns = field.name().equals(Raw.MALFORMED) ? columns : columns.add(field);
    }
    if (columns.isEmpty()) {
      throw new UserFault(
          "Source "
              + source.table()
              + " holds no JSON object. Each line must be one, or options.multiLine = true.");
    }
    return files(jsonReader(source).schema(withMalformed(columns)), "json", source);
  }

  /** Objects nested deeper than anyone means are malformed: Spark would break off at a thousand. */
  private DataFrameReader jsonReader(Source source) {
    return session.read().option("maxNestingDepth", DEEPEST_JSON).options(source.options());
  }

  private Dataset<Row> delta(Source source) {
    return source.path().stream()
        .map(path -> snapshot(reader(source).format("delta").load(path), path))
        .reduce(Dataset::unionByName)
        .orElseThrow();
  }

  private DataFrameReader reader(Source source) {
    return session.read().options(source.options());
  }

  private static StructType withMalformed(StructType columns) {
    return columns.add(Raw.MALFORMED, DataTypes.StringType);
  }

  private static String[] path(Source source) {
    return source.path().toArray(String[]::new);
  }

  private static Dataset<Row> files(DataFrameReader reader, String format, Source source) {
    Dataset<Row> rows =
        reader
            .option("columnNameOfCorruptRecord", Raw.MALFORMED)
            .option("mode", "PERMISSIVE")
            .format(format)
            .load(path(source));
    List<Column> columns = new ArrayList<>();
    for (String name : rows.columns()) {
      columns.add(col(Parsing.quoted(name)));
    }
    if (!List.of(rows.columns()).contains(Raw.MALFORMED)) {
      columns.add(lit(null).cast("string").as(Raw.MALFORMED));
    }
    Column file = rows.metadataColumn("_metadata");
    columns.add(file.getField("file_path").as(Raw.FILE));
    columns.add(file.getField("file_modification_time").as(Raw.MODIFIED_AT));
    return rows.select(columns.toArray(Column[]::new));
  }

  private Dataset<Row> jdbc(Source source) {
    String url = source.options().get("url");
    Dataset<Row> rows =
        session
            .read()
            .format("jdbc")
            .option("preferTimestampNTZ", "true")
            .options(source.options())
            .load();
    return snapshot(ownsItsTimes(url) ? rows : inTheJvmsZone(rows), Secrets.redactUrls(url));
  }

  /**
   * Whether Spark's dialect of the database hands local times on as the database wrote them. The
   * general one in Spark 3.5 takes them for times of the JVM's zone and hands on what they then are
   * in UTC.
   */
  private static boolean ownsItsTimes(String url) {
    LocalDateTime written = LocalDateTime.of(2000, 7, 1, 12, 0);
    return JdbcDialects.get(url)
        .convertJavaTimestampToTimestampNTZ(Timestamp.valueOf(written))
        .equals(written);
  }

  /** Turns what local times of the JVM's zone are in UTC back into what the database wrote. */
  private static Dataset<Row> inTheJvmsZone(Dataset<Row> rows) {
    Column[] columns =
        Stream.of(rows.schema().fields())
            .map(
                field -> {
                  Column column = col(Parsing.quoted(field.name()));
                  boolean isLocal = field.dataType().typeName().equals("timestamp_ntz");
                  Column written =
                      from_utc_timestamp(column.cast("timestamp"), ZoneId.systemDefault().getId());
                  return isLocal ? written.cast("timestamp_ntz").as(field.name()) : column;
                })
            .toArray(Column[]::new);
    return rows.select(columns);
  }

  private Dataset<Row> snapshot(Dataset<Row> rows, String origin) {
    return rows.withColumn(Raw.MALFORMED, lit(null).cast("string"))
        .withColumn(Raw.FILE, lit(origin))
        .withColumn(Raw.MODIFIED_AT, lit(Timestamp.from(readAt)));
  }
}
