package dev.cohortium.ingest;

import java.time.ZoneId;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * A source's expressions are resolved in its own time zone: a timestamp without an offset is local
 * there, a time in a daylight-saving gap moves forward, an ambiguous one takes the earlier offset,
 * and {@code to_date} cuts its days. Spark binds the zone when an expression is analysed, which
 * Dataset methods do at once, so that what is planned inside keeps it and the session stays in UTC.
 */
final class Zoned {
  private static final String SESSION_ZONE = "spark.sql.session.timeZone";

  private Zoned() {}

  static <T> T plan(SparkSession session, ZoneId zone, Supplier<T> plan) {
    String before = session.conf().get(SESSION_ZONE);
    session.conf().set(SESSION_ZONE, zone.getId());
    try {
      return plan.get();
    } finally {
      session.conf().set(SESSION_ZONE, before);
    }
  }
}
