package dev.cohortium.runtime;

import static org.apache.spark.sql.functions.expr;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.Deliveries;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The SQL expressions of a study, before they meet data. */
public final class Expressions {
  private static final Pattern QUOTED =
      Pattern.compile(
          "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|`[^`]*+`");

  private static final Pattern MORE_THAN_A_ROW =
      Pattern.compile(
          "(?i)\\b(select|current_date|current_timestamp|localtimestamp|current_user)\\b"
              + "|\\b(now|curdate|raise_error|assert_true)\\s*\\("
              + "|\\bunix_timestamp\\s*\\(\\s*\\)");

  private static final int LONGEST_QUOTED = 500;

  private Expressions() {}

  /** {@code sql} as a column; in brackets, or a slip at its end would be taken for an alias. */
  public static Column of(String sql) {
    return expr("(" + sql + "\n)");
  }

  /**
   * Checks every segment of the study.
   *
   * @param customers rows of the customers table, or none of them in its columns
   * @throws UserFault if a segment is no deterministic expression over one customer's columns
   */
  public static void checkSegments(Study study, Dataset<Row> customers) {
    // Which delivery brought a customer is nothing of the customer's.
    Dataset<Row> rows = customers.drop(Deliveries.DELIVERY);
    study
        .segments()
        .forEach(
            (segment, sql) ->
                problem(rows, sql)
                    .ifPresent(
                        problem -> {
                          throw new UserFault(
                              """
                              Segment '%s' = %s cannot be computed over the table customers: %s
                              It must be a deterministic SQL expression over one customer's columns: %s."""
                                  .formatted(
                                      segment,
                                      quoted(sql),
                                      problem,
                                      String.join(", ", rows.columns())
                                          .replace("attributes", "attributes.NAME")));
                        }));
  }

  /**
   * What is wrong with {@code sql} as a function of one row of {@code rows}, in Spark's words;
   * empty: nothing.
   *
   * <p>Spark analyses it as the condition of a join, the place in which it refuses whatever is more
   * than that: aggregates, windows, generators, random draws. Some slips of a user it meets only
   * where it trips over them itself; here they are all the expression's, too. Queries, the clock
   * and what does nothing but fail it would let pass.
   */
  public static Optional<String> problem(Dataset<Row> rows, String sql) {
    Matcher more = MORE_THAN_A_ROW.matcher(QUOTED.matcher(sql).replaceAll("''"));
    if (more.find()) {
      return Optional.of(
          "It uses " + more.group().replaceFirst("\\W+$", "") + ", which is no function of a row.");
    }
    try {
      Dataset<Row> nothing = rows.sparkSession().range(0).toDF("nothing_to_join");
      analyse(rows.join(nothing, of(sql).cast("string").isNotNull()));
      return Optional.empty();
    } catch (StackOverflowError e) {
      return Optional.of("It is too long or too deeply nested.");
    } catch (AnalysisException e) {
      return Optional.of(sentence(e));
    } catch (SparkException | ClassCastException e) {
      // Spark's words are of its own classes here.
      return Optional.of("Spark cannot analyse it as a function of one row.");
    } catch (RuntimeException e) {
      return Optional.of("Spark cannot analyse it: " + sentence(e));
    }
  }

  /** Declares what Dataset methods throw without saying so. */
  private static void analyse(Dataset<Row> rows) throws AnalysisException, SparkException {
    rows.queryExecution().assertAnalyzed();
  }

  /**
   * Spark's own first sentence, without its error class, its place in the text and the plan that
   * follows.
   */
  public static String sentence(Throwable e) {
    String line = String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
    return line.replaceFirst("^\\[[A-Z0-9_.]+\\]\\s*", "")
        .replaceFirst("\\s*SQLSTATE: \\w+$", "")
        .replaceFirst("(; line \\d+ pos \\d+;?|\\(line \\d+, pos \\d+\\)).*$", "")
        // What is near in name may be ours; who shows the sentence lists the columns there are.
        .replaceFirst("( Did you mean one of the following\\?|, found: ).*$", "")
        .strip()
        .replaceFirst("[.;]*$", ".");
  }

  /** The expression as a message quotes it. */
  public static String quoted(String sql) {
    return "\""
        + (sql.length() <= LONGEST_QUOTED ? sql : sql.substring(0, LONGEST_QUOTED) + "...")
        + "\"";
  }
}
