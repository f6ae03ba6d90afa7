package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.Secrets;
import dev.cohortium.config.Source;
import dev.cohortium.config.UserFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
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

  /** Whether {@code source} is made of files, which tell what is new; else it is read anew. */
  static boolean isOfFiles(Source source) {
    return source.format() != Source.Format.JDBC && source.format() != Source.Format.DELTA;
  }

  /**
   * The files of {@code source}; a database or Delta table is one reading. Nothing is opened.
   *
   * @param known whether files were read before: then a pattern that no file meets is none, and no
   *     fault
   */
  List<SourceFile> files(Source source, boolean known) {
    if (source.format() == Source.Format.JDBC) {
      return List.of(reading(Secrets.redactUrls(source.options().get("url"))));
    }
    if (source.format() == Source.Format.DELTA) {
      return source.path().stream().map(this::reading).toList();
    }
    SortedMap<String, SourceFile> files = new TreeMap<>();
    for (String path : source.path()) {
      if (!known || !isPattern(path) || isMet(path)) {
        listed(source, path).forEach(file -> files.put(file.path(), file));
      }
    }
    return List.copyOf(files.values());
  }

  private SourceFile reading(String origin) {
    return new SourceFile(origin, OptionalLong.empty(), readAt);
  }

  private List<SourceFile> listed(Source source, String path) {
    return reader(source)
        // Lists files of any kind; their content is not asked for.
        .format("binaryFile")
        .load(path)
        .select("_metadata.file_path", "_metadata.file_size", "_metadata.file_modification_time")
        .collectAsList()
        .stream()
        .map(
            row ->
                new SourceFile(
                    row.getString(0),
                    OptionalLong.of(row.getLong(1)),
                    row.getTimestamp(2).toInstant()))
        .toList();
  }

  private static boolean isPattern(String path) {
    return path.matches(".*[*?\\[{].*");
  }

  private boolean isFile(String name) {
    Path path = new Path(name);
    try {
      FileSystem files = path.getFileSystem(session.sparkContext().hadoopConfiguration());
      return files.exists(path) && files.getFileStatus(path).isFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isMet(String pattern) {
    Path path = new Path(pattern);
    try {
      FileStatus[] met =
          path.getFileSystem(session.sparkContext().hadoopConfiguration()).globStatus(path);
      return met != null && met.length > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All rows of {@code source}, planned and not read yet. */
  Raw read(Source source) {
    return isOfFiles(source)
        ? ofFiles(source, path(source), Optional.empty())
        : readBeyond(source, Map.of());
  }

  /**
   * The rows of some files of {@code source}.
   *
   * @param known columns that its files have had so far: those that these files leave out are null
   */
  Raw read(Source source, List<SourceFile> files, Optional<StructType> known) {
    return ofFiles(
        source, files.stream().map(file -> literal(file.path())).toArray(String[]::new), known);
  }

  /**
   * The rows of a database or Delta tables beyond what was read, less the source's overlap.
   *
   * @param marks the greatest increment that was read, by origin; none: all rows
   */
  Raw readBeyond(Source source, Map<String, String> marks) {
    return new Raw(
        source, source.format() == Source.Format.JDBC ? jdbc(source, marks) : delta(source, marks));
  }

  private Raw ofFiles(Source source, String[] paths, Optional<StructType> known) {
    try {
      return new Raw(
          source,
          switch (source.format()) {
            case CSV -> csv(source, paths, known);
            case JSON -> json(source, paths, known);
            default -> parquet(source, paths, known);
          });
    } catch (AssertionError e) {
      // So Spark says that the folders under a path are of several tables.
      throw SourceFault.of(source, e);
    }
  }

  private Dataset<Row> parquet(Source source, String[] paths, Optional<StructType> known) {
    Dataset<Row> rows =
        files(reader(source).option("mergeSchema", "true"), "parquet", source, paths);
    for (StructField field : known.orElseGet(StructType::new).fields()) {
      if (!Schemas.has(rows.schema(), field.name())) {
        rows = rows.withColumn(field.name(), lit(null).cast(field.dataType()));
      }
    }
    return rows;
  }

  /** The path that means exactly the file of this URI, whatever characters it has. */
  private static String literal(String uri) {
    return new Path(URI.create(uri)).toString().replaceAll("([\\\\*?\\[\\]{}])", "\\\\$1");
  }

  /** Text columns named by the header; lines with more or fewer fields than it are malformed. */
  private Dataset<Row> csv(Source source, String[] paths, Optional<StructType> known) {
    Dataset<Row> first = inTree(csvReader(source), source).csv(paths);
    // Of files without a line, the header is the one that others had.
    StructType header =
        first.schema().isEmpty() ? known.orElseGet(StructType::new) : first.schema();
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
    return files(reader, "csv", source, paths);
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
  private Dataset<Row> json(Source source, String[] paths, Optional<StructType> known) {
    StructType inferred =
        jsonReader(source)
            .option("primitivesAsString", "true")
            .option("columnNameOfCorruptRecord", Raw.MALFORMED)
            .json(paths)
            .schema();
    if (inferred.isEmpty() && known.isEmpty()) {
      return session.emptyDataFrame();
    }
    StructType columns =
        Schemas.merged(Schemas.without(inferred, Raw.MALFORMED), known.orElseGet(StructType::new));
    if (columns.isEmpty()) {
      throw new UserFault(
          "Source "
              + source.table()
              + " holds no JSON object. Each line must be one, or options.multiLine = true.");
    }
    return files(jsonReader(source).schema(withMalformed(columns)), "json", source, paths);
  }

  /** Objects nested deeper than anyone means are malformed: Spark would break off at a thousand. */
  private DataFrameReader jsonReader(Source source) {
    return session.read().option("maxNestingDepth", DEEPEST_JSON).options(source.options());
  }

  /**
   * The names of folders such as day=2024-03-01 are columns below the one folder that a source is,
   * whichever of its files are read.
   */
  private DataFrameReader inTree(DataFrameReader reader, Source source) {
    boolean isOneTree = source.path().size() == 1 && !isPattern(source.path().get(0));
    boolean isSaid =
        source.options().keySet().stream().anyMatch(option -> option.equalsIgnoreCase("basePath"));
    return isOneTree && !isSaid && !isFile(source.path().get(0))
        ? reader.option("basePath", source.path().get(0))
        : reader;
  }

  private Dataset<Row> delta(Source source, Map<String, String> marks) {
    return source.path().stream()
        .map(path -> snapshot(source, reader(source).format("delta").load(path), path, marks))
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

  private Dataset<Row> files(DataFrameReader reader, String format, Source source, String[] paths) {
    Dataset<Row> rows =
        inTree(reader, source)
            .option("columnNameOfCorruptRecord", Raw.MALFORMED)
            .option("mode", "PERMISSIVE")
            .format(format)
            .load(paths);
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
    columns.add(lit(null).cast("string").as(Raw.INCREMENT));
    return rows.select(columns.toArray(Column[]::new));
  }

  private Dataset<Row> jdbc(Source source, Map<String, String> marks) {
    String url = source.options().get("url");
    Dataset<Row> rows =
        session
            .read()
            .format("jdbc")
            .option("preferTimestampNTZ", "true")
            .options(source.options())
            .load();
    return snapshot(
        source, ownsItsTimes(url) ? rows : inTheJvmsZone(rows), Secrets.redactUrls(url), marks);
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

  private Dataset<Row> snapshot(
      Source source, Dataset<Row> all, String origin, Map<String, String> marks) {
    Increments increments = new Increments(source);
    Dataset<Row> rows = marks.containsKey(origin) ? increments.beyond(all, marks.get(origin)) : all;
    return rows.withColumn(Raw.INCREMENT, increments.value(rows))
        .withColumn(Raw.MALFORMED, lit(null).cast("string"))
        .withColumn(Raw.FILE, lit(origin))
        .withColumn(Raw.MODIFIED_AT, lit(Timestamp.from(readAt)));
  }
}
