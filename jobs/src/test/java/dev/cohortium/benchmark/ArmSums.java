package dev.cohortium.benchmark;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The sums of the control-group benchmark in DuckDB, and whether effects follow from them. */
final class ArmSums {
  private static final List<Integer> SPANS = List.of(1, 3, 6);
  private static final List<String> TOTALS = List.of("net_revenue", "margin", "orders", "items");

  /**
   * The earliest month that is looked at, since assignment: six before, five for having churned.
   */
  private static final int FROM = -11;

  private static final List<String> MEASURED =
      List.of(
          "net_revenue",
          "margin",
          "orders",
          "items",
          "active_rate",
          "churned_rate",
          "capped_net_revenue",
          "capped_margin");

  private static final List<String> SEGMENTS =
      List.of("region", "gender", "income_band", "education");

  private static final String ASSIGNED =
      """
      create temp table assigned as
      select experiment_id, customer_id, arm,
        (year(assigned_at) * 12 + month(assigned_at) - 1)::integer as assigned,
        region, gender, income_band, education
      from read_parquet('%1$s/assignments/*.parquet') a
      left join (from read_parquet('%1$s/customers/*.parquet')
        select customer_id, region, gender, income_band, education) c using (customer_id)
      """;

  private static final String CUSTOMERS =
      """
      create temp table customer as
      select a.*, coalesce(s.bits, 0) as bits, %4$s
      from assigned a left join (
        select experiment_id, customer_id,
          bit_or(1::bigint << (since - (%2$d))) filter (orders > 0) as bits, %3$s
        from (
          select experiment_id, customer_id, m.net_revenue, m.margin, m.orders, m.items,
            (year(m.month) * 12 + month(m.month) - 1 - assigned)::integer as since
          from assigned join read_parquet('%1$s/customer_months/*.parquet') m using (customer_id))
        where since between %2$d and 6
        group by experiment_id, customer_id) s using (experiment_id, customer_id)
      """;

  private static final String WINDOW =
      """
      select experiment_id, arm, assigned, region, gender, income_band, education, %1$s
      from (select *, bits | (bits << 1) | (bits << 2) | (bits << 3) | (bits << 4) | (bits << 5) as lately
        from customer)
      """;

  private static final String CAPS =
      """
      create temp table cap as
      select experiment_id, span, quantile_cont(y_net_revenue, 0.995) as net_revenue,
        quantile_cont(y_margin, 0.995) as margin
      from windows where x_orders > 0 group by all
      """;

  private static final String CELLS =
      """
      create temp table cell as
      with capped as (
        select w.*, least(y_net_revenue, c.net_revenue) as y_capped_net_revenue,
          least(x_net_revenue, c.net_revenue) as x_capped_net_revenue,
          least(y_margin, c.margin) as y_capped_margin, least(x_margin, c.margin) as x_capped_margin
        from windows w join cap c using (experiment_id, span))
      select experiment_id, arm, assigned, span, %1$s, count(*) as customers, %2$s
      from capped group by grouping sets (%3$s)
      """;

  private static final String DIFFERENCES =
      """
      with means as (
        select experiment_id, span, segment_by, segment, arm, metric, variant,
          sum(total) / sum(customers) as mean
        from (%1$s) group by all),
      found as (
        select t.experiment_id, t.span, t.segment_by, t.segment, t.metric, t.variant,
          t.mean - c.mean as difference, abs(t.mean) as size
        from means t join means c using (experiment_id, span, segment_by, segment, metric, variant)
        where t.arm = 'treatment' and c.arm = 'control')
      select count(*) as compared, max(abs(estimate - difference) / size) as apart,
        max_by(concat_ws(' ', found, estimate), abs(estimate - difference) / size) as most
      from found join read_parquet('%2$s/*.parquet') e
        on e.experiment_id = found.experiment_id and e.horizon_months = found.span
        and e.segment_by = found.segment_by and e.segment = found.segment
        and e.metric = found.metric and e.variant = found.variant
      where method = 'control_group_itt' and status = 'measured'
      """;

  private final Duck duck;
  private final String panel;

  ArmSums(Duck duck, Path folder) {
    this.duck = duck;
    this.panel = folder.resolve("panel").toString();
  }

  /** Time for the sums of all arms, windows and segments. */
  Took sum() throws SQLException {
    Took begun = Took.now();
    duck.execute(ASSIGNED.formatted(panel));
    duck.execute(CUSTOMERS.formatted(panel, FROM, totals(ArmSums::total), totals(ArmSums::orNone)));
    duck.execute(
        "create temp table windows as "
            + String.join(
                " union all ",
                SPANS.stream().map(span -> WINDOW.formatted(window(span))).toList()));
    duck.execute(CAPS);
    List<String> sums = new ArrayList<>();
    for (String one : MEASURED) {
      sums.add(
          "sum(y_%1$s) as y_%1$s, sum(x_%1$s) as x_%1$s, sum(y_%1$s * y_%1$s) as yy_%1$s, sum(x_%1$s * x_%1$s) as xx_%1$s, sum(y_%1$s * x_%1$s) as xy_%1$s, sum(y_%1$s * y_%1$s * y_%1$s) as yyy_%1$s"
              .formatted(one));
    }
    for (String pair : List.of("y y", "y x", "x y", "x x")) {
      sums.add(
          "sum(%s_net_revenue * %s_orders) as both_%s"
              .formatted(pair.charAt(0), pair.charAt(2), pair.replace(" ", "")));
    }
    String key = "(experiment_id, arm, assigned, span";
    List<String> sets = new ArrayList<>(List.of(key + ")"));
    SEGMENTS.forEach(segment -> sets.add(key + ", " + segment + ")"));
    duck.execute(
        CELLS.formatted(
            String.join(", ", SEGMENTS), String.join(",\n", sums), String.join(", ", sets)));
    return begun.untilNow();
  }

  /** What a total of a window, first to last month, is called, and how it is told. */
  private interface Telling {
    String of(String total, int first, int last, String name);
  }

  private static String totals(Telling telling) {
    List<String> totals = new ArrayList<>();
    for (int span : SPANS) {
      for (String total : TOTALS) {
        totals.add(telling.of(total, 1, span, "after_%d_%s".formatted(span, total)));
        totals.add(telling.of(total, -span, -1, "before_%d_%s".formatted(span, total)));
      }
    }
    return String.join(",\n", totals);
  }

  private static String total(String total, int first, int last, String name) {
    return String.format(
        Locale.ROOT,
        "sum(%s) filter (since between %d and %d)::double / %d as %s",
        total,
        first,
        last,
        last - first + 1,
        name);
  }

  private static String orNone(String total, int first, int last, String name) {
    return "coalesce(s." + name + ", 0) as " + name;
  }

  /** A column of each quantity, in the window and before. */
  private static String window(int span) {
    List<String> columns = new ArrayList<>(List.of(span + " as span"));
    for (String total : TOTALS) {
      columns.add("after_%d_%2$s as y_%2$s".formatted(span, total));
      columns.add("before_%d_%2$s as x_%2$s".formatted(span, total));
    }
    columns.add(ordering("bits", 1, span) + " as y_active_rate");
    columns.add(ordering("bits", -span, span) + " as x_active_rate");
    columns.add("1 - " + ordering("lately", 1, span) + " as y_churned_rate");
    columns.add("1 - " + ordering("lately", -span, span) + " as x_churned_rate");
    return String.join(",\n", columns);
  }

  /** The share of the months from {@code first} that have a bit. */
  private static String ordering(String bits, int first, int span) {
    long mask = ((1L << span) - 1) << (first - FROM);
    return String.format(Locale.ROOT, "bit_count(%s & %d::bigint)::double / %d", bits, mask, span);
  }

  /**
   * Holds the job's differences of means against those of the sums.
   *
   * @throws IllegalStateException if they differ by more than rounding
   */
  void compare(Path effects) throws SQLException {
    List<String> parts = new ArrayList<>();
    for (String one : MEASURED) {
      String variant = one.startsWith("capped") ? "winsorised" : "raw";
      for (String segment : SEGMENTS) {
        parts.add(part(one, variant, "'" + segment.replace("_band", "") + "'", segment));
      }
      parts.add(part(one, variant, "'all'", "'all'"));
    }
    List<String> found =
        duck.row(DIFFERENCES.formatted(String.join(" union all ", parts), effects));
    System.err.println(found);
    double apart = Double.parseDouble(found.get(1).replaceAll(".* = ", ""));
    // 3 experiments, 3 horizons, 8 measured, 20 segments and the whole.
    if (!found.get(0).equals("compared = " + 3 * 3 * 8 * 21) || !(apart < 1e-9)) {
      throw new IllegalStateException("the job and DuckDB differ: " + found);
    }
  }

  private static String part(String one, String variant, String by, String value) {
    String isHere =
        by.equals("'all'")
            ? String.join(" and ", SEGMENTS.stream().map(segment -> segment + " is null").toList())
            : value + " is not null";
    return "select experiment_id, span, %s as segment_by, %s as segment, arm, '%s' as metric, '%s' as variant, customers, y_%s as total from cell where %s"
        .formatted(by, value, one.replace("capped_", ""), variant, one, isHere);
  }
}
