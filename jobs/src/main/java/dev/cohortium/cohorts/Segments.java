package dev.cohortium.cohorts;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.Customers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The segments of a customer: an array of (segment_by, segment), the whole (all, all) first. */
final class Segments {
  /** ARRAY of STRUCT(segment_by, segment): where a customer is counted. */
  static final String SEGMENTS = "segments";

  /** Name and value of the segment that everyone is in. */
  static final String ALL = "all";

  /** Value of a segment where the customer has none. */
  static final String UNKNOWN = "unknown";

  private final Dataset<Row> customers;
  private final Map<String, String> expressions;

  private Segments(Dataset<Row> customers, Map<String, String> expressions) {
    this.customers = customers;
    this.expressions = expressions;
  }

  /**
   * The segments by which the study cuts its cohorts.
   *
   * @param customers {@link Customers}
   * @throws UserFault if a segment is called like the whole, or is no deterministic expression over
   *     one customer's columns
   */
  static Segments of(Dataset<Row> customers, Study study) {
    Expressions.checkSegments(study, customers);
    Map<String, String> expressions = new LinkedHashMap<>();
    for (String segment : study.cohorts().orElseThrow().segments()) {
      if (segment.equals(ALL)) {
        throw new UserFault(
            "Segment 'all' of study '%s' has the name of the whole.\nGive it another one."
                .formatted(study.name()));
      }
      expressions.put(segment, study.segments().get(segment));
    }
    return new Segments(customers, expressions);
  }

  /** Adds {@link #SEGMENTS} to rows that have a customer_id. */
  Dataset<Row> joinedTo(Dataset<Row> rows) {
    Column ofNobody = segments(sql -> lit(null).cast("string"));
    if (expressions.isEmpty()) {
      return rows.withColumn(SEGMENTS, ofNobody);
    }
    Dataset<Row> segmentsByCustomer =
        customers.select(
            col(Customers.CUSTOMER_ID),
            segments(sql -> Expressions.of(sql).cast("string")).as(SEGMENTS));
    return rows.join(segmentsByCustomer, new String[] {Customers.CUSTOMER_ID}, "left")
        .withColumn(SEGMENTS, coalesce(col(SEGMENTS), ofNobody));
  }

  private Column segments(Function<String, Column> valueOf) {
    Stream<Column> named =
        expressions.entrySet().stream()
            .map(e -> segment(e.getKey(), coalesce(valueOf.apply(e.getValue()), lit(UNKNOWN))));
    return array(Stream.concat(Stream.of(segment(ALL, lit(ALL))), named).toArray(Column[]::new));
  }

  private static Column segment(String segmentBy, Column value) {
    return struct(lit(segmentBy).as(CohortRetention.SEGMENT_BY), value.as(CohortRetention.SEGMENT));
  }
}
