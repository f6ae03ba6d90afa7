package dev.cohortium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohortium.cohorts.CohortsJob;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.CohortValue;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.RunCounts;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A real shop's receipts against the answers of an independent implementation (R data.table),
 * online_retail/reference.json of the reference data.
 */
class OnlineRetailTest extends SparkTest {
  private static final String DATA = "online_retail/OnlineRetail_2010-2011.csv.gz";

  private Frames computed;

  @BeforeEach
  void nothingComputed() {
    computed = new Frames(spark());
  }

  @Test
  void the_shipped_study_gives_every_cell_of_the_reference_retention_matrix() throws IOException {
    Study study =
        StudyReader.read(
            Project.root().resolve("conf/online-retail.conf"),
            List.of("sources.transactions.path=" + Project.reference(DATA), "as-of=2011-12"),
            Map.of());

    run(study);

    assertThat(count("read")).isEqualTo(541_909);
    assertThat(
            count("clean")
                + count("quarantined")
                + count("duplicate")
                + count("filtered")
                + count("superseded"))
        .isEqualTo(541_909);
    assertThat(
            table(CustomerMonths.TABLE)
                .where("orders > 0")
                .select("customer_id")
                .distinct()
                .count())
        .isEqualTo(4_338);
    assertThat(retention())
        .isEqualTo(referenceCells("clean", "active"))
        .containsEntry("2010-12 0", new BigDecimal(885));
  }

  @Test
  void clean_lines_give_orders_and_revenue_to_the_penny() throws IOException {
    assertMoney("clean", "keep");
  }

  @Test
  void clean_lines_without_repeats_give_orders_and_revenue_to_the_penny() throws IOException {
    assertMoney("clean_dedup", "drop");
  }

  /** The reference's own definition of a clean line, as a study. */
  private void assertMoney(String definition, String duplicates) throws IOException {
    Study study =
        StudyReader.parse(
            """
            study = reference, time-zone = "Europe/London", currency = GBP, as-of = "2011-12"
            sources.transactions {
              format = csv
              types { Quantity = int, UnitPrice = "decimal(12,4)", InvoiceDate = timestamp }
              columns { transaction_id = InvoiceNo, customer_id = CustomerID, occurred_at = InvoiceDate, net_amount = "Quantity * UnitPrice" }
              filters {
                anonymous = "CustomerID is null"
                cancelled = "InvoiceNo like 'C%'"
                nothing_sold = "Quantity <= 0 or UnitPrice <= 0"
              }
              duplicates = DUPLICATES
            }
            cohorts {}
            """
                .replace("DUPLICATES", duplicates),
            "reference",
            List.of("sources.transactions.path=" + Project.reference(DATA)),
            Map.of());

    run(study);

    JsonNode reference = reference(definition);
    assertThat(count("clean")).isEqualTo(reference.get("rows").asLong());
    Map<String, List<BigDecimal>> months = new TreeMap<>();
    for (JsonNode month : reference.get("by_month")) {
      months.put(
          month.get("ym").asText(),
          List.of(month.get("orders").decimalValue(), pence(month.get("revenue").decimalValue())));
    }
    assertThat(ordersAndRevenueByMonth()).isEqualTo(months);
    assertThat(value(CohortValue.ORDERS)).isEqualTo(referenceCells(definition, "orders"));
    assertThat(value(CohortValue.NET_REVENUE)).isEqualTo(referenceCells(definition, "revenue"));
    for (JsonNode cell : reference.get("cohorts")) {
      int age = cell.get("k").asInt();
      // The reference sums cells that it has rounded to pence.
      double halfPence = 0.005 * (age + 1) / cell.get("size").asDouble();
      assertThat(
              cohortValue(cell.get("cohort").asText(), age)
                  .<Double>getAs(CohortValue.CUMULATIVE_NET_REVENUE_PER_CUSTOMER))
          .isCloseTo(cell.get("cum_revenue_per_customer").asDouble(), within(halfPence));
    }
  }

  /** The jobs one after the other, each on what the one before it computed, without a warehouse. */
  private void run(Study study) {
    for (Job job : List.of(new IngestJob(), new PanelJob(), new CohortsJob())) {
      Frames in = new Frames(spark());
      job.reads().stream().filter(computed::has).forEach(t -> in.with(t, computed.get(t)));
      Frames out = job.run(in, study);
      out.tables().forEach(t -> computed.with(t, out.get(t)));
    }
  }

  private long count(String measure) {
    return computed
        .get(RunCounts.TABLE)
        .where("table = 'transactions' and measure = '" + measure + "'")
        .select("rows")
        .head()
        .getLong(0);
  }

  private Map<String, BigDecimal> retention() {
    Map<String, BigDecimal> cells = new TreeMap<>();
    for (Row row :
        table(CohortRetention.TABLE)
            .where("segment_by = 'all' and granularity = 'month'")
            .selectExpr("substr(cohort, 1, 7)", "age", "active")
            .collectAsList()) {
      cells.put(row.getString(0) + " " + row.getInt(1), new BigDecimal(row.getLong(2)));
    }
    return cells;
  }

  private Map<String, BigDecimal> value(String column) {
    Map<String, BigDecimal> cells = new TreeMap<>();
    for (Row row :
        table(CohortValue.TABLE)
            .where("segment_by = 'all'")
            .selectExpr("substr(cohort, 1, 7)", "age", "cast(" + column + " as decimal(20,4))")
            .collectAsList()) {
      cells.put(row.getString(0) + " " + row.getInt(1), rounded(column, row.getDecimal(2)));
    }
    return cells;
  }

  private static BigDecimal rounded(String column, BigDecimal value) {
    return column.equals(CohortValue.NET_REVENUE)
        ? pence(value)
        : value.setScale(0, RoundingMode.UNNECESSARY);
  }

  private List<Row> cohortValues;

  private Row cohortValue(String cohort, int age) {
    if (cohortValues == null) {
      cohortValues = table(CohortValue.TABLE).where("segment_by = 'all'").collectAsList();
    }
    return cohortValues.stream()
        .filter(
            r ->
                r.<java.sql.Date>getAs(CohortValue.COHORT).toString().startsWith(cohort)
                    && r.<Integer>getAs(CohortValue.AGE) == age)
        .findFirst()
        .orElseThrow();
  }

  private Map<String, List<BigDecimal>> ordersAndRevenueByMonth() {
    Map<String, List<BigDecimal>> months = new TreeMap<>();
    for (Row row :
        table(ReceiptMonths.TABLE)
            .groupBy("month")
            .agg(Map.of("receipts", "sum", "net_revenue", "sum"))
            .selectExpr("substr(month, 1, 7)", "`sum(receipts)`", "`sum(net_revenue)`")
            .collectAsList()) {
      months.put(
          row.getString(0), List.of(new BigDecimal(row.getLong(1)), pence(row.getDecimal(2))));
    }
    return months;
  }

  private org.apache.spark.sql.Dataset<Row> table(dev.cohortium.table.Table table) {
    return computed.get(table);
  }

  private static JsonNode reference(String definition) throws IOException {
    return new ObjectMapper()
        .readTree(Project.reference("online_retail/reference.json").toFile())
        .get("online_retail_2010_2011")
        .get(definition);
  }

  /**
   * Every age that a cohort reached; the reference leaves silent ones out, of which there are none.
   */
  private static Map<String, BigDecimal> referenceCells(String definition, String measure)
      throws IOException {
    Map<String, BigDecimal> cells = new TreeMap<>();
    for (JsonNode cell : reference(definition).get("cohorts")) {
      BigDecimal value = cell.get(measure).decimalValue();
      cells.put(
          cell.get("cohort").asText() + " " + cell.get("k").asInt(),
          measure.equals("revenue") ? pence(value) : value);
    }
    return cells;
  }

  private static BigDecimal pence(BigDecimal value) {
    return value.setScale(2, RoundingMode.HALF_UP);
  }
}
