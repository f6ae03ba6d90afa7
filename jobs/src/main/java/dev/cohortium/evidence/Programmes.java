package dev.cohortium.evidence;

import dev.cohortium.config.Study;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Makes a comparison's tables of one programme after another. */
public final class Programmes {
  private Programmes() {}

  /**
   * The tables of all programmes.
   *
   * @param writes that have to be there, without a programme empty
   * @param compared the rows of one programme by table
   */
  public static Frames each(
      Frames in,
      Study study,
      List<Table> writes,
      Function<String, Map<Table, Dataset<Row>>> compared) {
    Map<Table, Dataset<Row>> made = new LinkedHashMap<>();
    for (Table table : writes) {
      made.put(table, in.session().createDataFrame(List.of(), Contracts.schema(table)));
    }
    for (String program : of(in, study)) {
      compared
          .apply(program)
          .forEach((table, rows) -> made.merge(table, rows, Dataset::unionByName));
    }
    Frames out = new Frames(in.session());
    made.forEach(out::with);
    return out;
  }

  /** The study's, and those that only the enrolments name. */
  private static Set<String> of(Frames in, Study study) {
    Set<String> programmes = new TreeSet<>(study.programmes().keySet());
    in.get(Joinings.TABLE)
        .select(Joinings.PROGRAM_ID)
        .distinct()
        .collectAsList()
        .forEach(row -> programmes.add(row.getString(0)));
    return programmes;
  }
}
