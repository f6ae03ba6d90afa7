package dev.cohortium.lookalike;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.LookAlikeAttrition;
import dev.cohortium.table.LookAlikeAudience;
import dev.cohortium.table.LookAlikeBalance;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Table;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The job on small made-up worlds, and on data that give it nothing to compare. */
class LookAlikeJobTest extends SparkTest {
  private static final YearMonth AS_OF = YearMonth.of(2022, 10);
  private static final String WORLD =
      """
      seed = 7, customers = 900, months = 22
      regions { north { share = 0.6, stores = 3, launch-month = 8 }, south { share = 0.4, stores = 3, launch-month = 9 } }
      joining { selection = history, hazard = 0.05 }
      effect { orders = 1.3, receipt = 1.1, drop-out = 0.8, ramp-months = 1 }
      """;
  private static final List<String> SETTINGS =
      List.of(
          "look-alike.exact=[region]",
          "look-alike.propensity-by=[]",
          "look-alike.covariates=[birth_year, gender]",
          "look-alike.horizons=[1, 3]",
          "headline.horizon=3");

  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  private static Study study(String... more) {
    List<String> settings = new ArrayList<>(SETTINGS);
    settings.addAll(List.of(more));
    return LookAlikeWorlds.study(AS_OF, settings);
  }

  private Frames world(int partitions) {
    return LookAlikeWorlds.world(spark(), WORLD, partitions).frames();
  }

  /**
   * Rows without what a run adds, numbers to nine digits: sums over machines differ in the last.
   */
  private static List<String> told(Dataset<Row> rows) {
    List<String> lines = new ArrayList<>();
    for (Row row : rows.drop(Effects.RUN_ID).collectAsList()) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        Object value = row.get(i);
        line.append(
                value instanceof Double number
                    ? String.format(Locale.ROOT, "%.6g", Math.abs(number) < 1e-9 ? 0.0 : number)
                    : String.valueOf(value))
            .append(" | ");
      }
      lines.add(line.toString());
    }
    lines.sort(null);
    return lines;
  }

  @Test
  void results_do_not_depend_on_partitions_or_on_the_order_of_rows() {
    Frames once = new LookAlikeJob().run(world(1), study());
    spark().conf().set("spark.sql.shuffle.partitions", "5");
    try {
      Frames in = world(7);
      Frames shuffled =
          new Frames(spark())
              .with(
                  CustomerMonths.TABLE,
                  in.get(CustomerMonths.TABLE)
                      .orderBy(functions.xxhash64(col("month"), col("customer_id"))))
              .with(Joinings.TABLE, in.get(Joinings.TABLE).repartition(3))
              .with(Customers.TABLE, in.get(Customers.TABLE).orderBy(col("birth_year")))
              .with(ReceiptMonths.TABLE, in.get(ReceiptMonths.TABLE));
      Frames again = new LookAlikeJob().run(shuffled, study());
      for (Table table : new LookAlikeJob().writes()) {
        assertThat(told(again.get(table))).as(table.name()).isEqualTo(told(once.get(table)));
      }
    } finally {
      spark().conf().set("spark.sql.shuffle.partitions", "2");
    }
  }

  @Test
  void every_table_keeps_its_contract_and_adds_up() {
    Frames in = world(2);
    Frames out = new LookAlikeJob().run(in, study());
    for (Table table : new LookAlikeJob().writes()) {
      Dataset<Row> rows = out.get(table);
      assertThat(rows.schema().simpleString()).isEqualTo(Contracts.schema(table).simpleString());
      assertThat(
              rows.select(
                      table.key().stream()
                          .map(functions::col)
                          .toArray(org.apache.spark.sql.Column[]::new))
                  .distinct()
                  .count())
          .as(table.name())
          .isEqualTo(rows.count());
    }
    long members = in.get(Joinings.TABLE).count();
    long told =
        out.get(LookAlikeAttrition.TABLE)
            .agg(functions.sum(LookAlikeAttrition.MEMBERS))
            .collectAsList()
            .get(0)
            .getLong(0);
    assertThat(told).isEqualTo(members);

    Dataset<Row> pairs = out.get(LookAlikePairs.TABLE);
    long sets = pairs.select(LookAlikePairs.MATCHED_SET).distinct().count();
    assertThat(pairs.where("role = 'member'").count()).isEqualTo(sets);
    assertThat(pairs.where("role = 'look_alike'").count()).isEqualTo(sets);
    // Nobody serves twice in a month.
    assertThat(
            pairs
                .where("role = 'look_alike'")
                .groupBy(LookAlikePairs.CUSTOMER_ID, LookAlikePairs.JOINING_MONTH)
                .count()
                .where("count > 1")
                .count())
        .isZero();

    // All of a set stand at the order at which its member joined; the last stands for later ones.
    int most = study().lookAlike().orElseThrow().mostOrders();
    assertThat(
            pairs
                .groupBy(LookAlikePairs.MATCHED_SET)
                .agg(functions.expr("count(distinct joining_order) as orders"))
                .where("orders > 1")
                .count())
        .isZero();
    assertThat(
            pairs
                .where("role = 'member'")
                .join(in.get(Joinings.TABLE), new String[] {Joinings.CUSTOMER_ID}, "inner")
                .where("joining_order <> least(orders_until_joining, %d)".formatted(most))
                .count())
        .isZero();

    long audience = out.get(LookAlikeAudience.TABLE).count();
    long others =
        in.get(CustomerMonths.TABLE)
            .select(CustomerMonths.CUSTOMER_ID)
            .distinct()
            .join(in.get(Joinings.TABLE), new String[] {CustomerMonths.CUSTOMER_ID}, "left_anti")
            .count();
    assertThat(audience).isEqualTo(others);
    assertThat(out.get(LookAlikeBalance.TABLE).where("joining_year = 'all'").count())
        .isGreaterThan(20);

    Dataset<Row> effects = out.get(Effects.TABLE);
    for (Method method : Method.values()) {
      assertThat(effects.where(col(Effects.METHOD).equalTo(method.word())).count())
          .as(method.word())
          .isPositive();
    }
    assertThat(effects.where(col(Effects.METHOD).equalTo(Method.NAIVE)).count()).isPositive();
    assertThat(
            out.get(EffectChecks.TABLE)
                .join(effects, new String[] {Effects.EFFECT_ID}, "left_anti")
                .count())
        .isZero();
  }

  @Test
  void a_large_effect_is_found_and_the_naive_difference_is_far_larger() {
    Frames out = new LookAlikeJob().run(world(2), study());
    Row did = headline(out, Method.DID.word());
    Row naive = headline(out, Method.NAIVE);
    double low = did.getAs(Effects.CI_LOW);
    assertThat(low).isPositive();
    double estimate = did.getAs(Effects.ESTIMATE);
    double flattery = naive.getAs(Effects.ESTIMATE);
    assertThat(flattery).isGreaterThan(2 * estimate);
    assertThat(naive.<String>getAs(Effects.CREDIBILITY)).isEqualTo("E");
  }

  private static Row headline(Frames out, String method) {
    return out.get(Effects.TABLE)
        .where(
            col(Effects.METHOD)
                .equalTo(method)
                .and(col(Effects.ESTIMAND).notEqual("join_now_vs_as_usual"))
                .and(col(Effects.METRIC).equalTo("net_revenue"))
                .and(col(Effects.VARIANT).equalTo("raw"))
                .and(col(Effects.SEGMENT_BY).equalTo("all"))
                .and(col(Effects.HORIZON_MONTHS).equalTo(3)))
        .collectAsList()
        .get(0);
  }

  @Test
  void a_programme_without_members_is_unmeasured_with_its_reason() {
    Frames in = world(2).with(Joinings.TABLE, world(2).get(Joinings.TABLE).where(lit(false)));
    Row effect = headline(new LookAlikeJob().run(in, study()), Method.DID.word());
    assertThat(effect.<String>getAs(Effects.STATUS)).isEqualTo("unmeasured");
    assertThat(effect.<String>getAs(Effects.REASON)).isEqualTo("The programme has no members.");
  }

  @Test
  void a_programme_that_only_the_enrolments_name_is_compared_too() {
    Frames in = world(2);
    in.with(
        Joinings.TABLE,
        in.get(Joinings.TABLE).withColumn(Joinings.PROGRAM_ID, lit("card").as("program_id")));
    Dataset<Row> attrition = new LookAlikeJob().run(in, study()).get(LookAlikeAttrition.TABLE);
    assertThat(attrition.where("program_id = 'card'").agg(functions.sum("members")).collectAsList())
        .isEqualTo(in.get(Joinings.TABLE).agg(functions.count(lit(1))).collectAsList());
    assertThat(attrition.where("program_id = 'club' and members > 0").isEmpty()).isTrue();
  }

  @Test
  void members_whom_nobody_knew_before_are_counted_and_explained() {
    Frames world = world(2);
    Dataset<Row> joinings = world.get(Joinings.TABLE);
    Dataset<Row> afterJoining =
        world
            .get(CustomerMonths.TABLE)
            .join(
                joinings.select(Joinings.CUSTOMER_ID, Joinings.JOINING_MONTH),
                new String[] {Joinings.CUSTOMER_ID},
                "left")
            .where("joining_month is null or month >= joining_month")
            .drop(Joinings.JOINING_MONTH);
    Frames out = new LookAlikeJob().run(world.with(CustomerMonths.TABLE, afterJoining), study());
    assertThat(headline(out, Method.DID.word()).<String>getAs(Effects.REASON))
        .startsWith("No member can be compared")
        .contains("not known before joining");
    assertThat(
            out.get(LookAlikeAttrition.TABLE)
                .where("reason like 'compared%'")
                .collectAsList()
                .get(0)
                .<Long>getAs(LookAlikeAttrition.MEMBERS))
        .isZero();
  }

  @Test
  void a_caliper_that_nobody_meets_a_constant_and_ten_thousand_values_go_on() {
    Frames world = world(2);
    Dataset<Row> customers =
        world
            .get(Customers.TABLE)
            .withColumn(Customers.CITY, functions.concat(lit("city-"), col(Customers.CUSTOMER_ID)))
            .withColumn(Customers.EDUCATION, lit("same"));
    Frames out =
        new LookAlikeJob()
            .run(
                world.with(Customers.TABLE, customers),
                study(
                    "look-alike.caliper=0",
                    "look-alike.covariates=[city, education]",
                    "look-alike.exact=[city]"));
    Row effect = headline(out, Method.DID.word());
    assertThat(effect.<String>getAs(Effects.STATUS)).isEqualTo("unmeasured");
    assertThat(
            out.get(Effects.TABLE).where("segment_by = 'city' and status <> 'unmeasured'").count())
        .isZero();
  }

  @Test
  void covariates_that_tell_who_joins_without_error_are_reported() {
    Frames world = world(2);
    Dataset<Row> customers =
        world
            .get(Customers.TABLE)
            .drop(Customers.EDUCATION)
            .join(
                world
                    .get(Joinings.TABLE)
                    .select(col(Joinings.CUSTOMER_ID), lit("member").as(Customers.EDUCATION)),
                new String[] {Customers.CUSTOMER_ID},
                "left")
            .select(world.get(Customers.TABLE).schema().fieldNames()[0], rest(world));
    Frames out =
        new LookAlikeJob()
            .run(
                world.with(Customers.TABLE, customers), study("look-alike.covariates=[education]"));
    assertThat(
            out.get(EffectChecks.TABLE)
                .where("check_name = 'separation' and outcome = 'failed'")
                .count())
        .isPositive();
  }

  @Test
  void members_choose_in_the_order_that_the_study_asks_for() {
    List<String> found = new ArrayList<>();
    for (String order : List.of("descending", "ascending", "random")) {
      Frames out =
          new LookAlikeJob()
              .run(
                  world(2),
                  study(
                      "look-alike.order=" + order,
                      "look-alike.exact=[]",
                      "look-alike.most-orders=1"));
      found.add(String.join("\n", told(out.get(LookAlikePairs.TABLE))));
    }
    assertThat(found).doesNotHaveDuplicates();
  }

  @Test
  void a_region_is_measured_by_its_own_customers_alone() {
    String[] alone = {
      "look-alike.exact=[region]", "look-alike.propensity-by=[region]", "look-alike.covariates=[]"
    };
    Frames world = world(2);
    Dataset<Row> north =
        world.get(Customers.TABLE).where("region = 'north'").select(Customers.CUSTOMER_ID);
    Frames northern = new Frames(spark());
    for (Table table : List.of(CustomerMonths.TABLE, Joinings.TABLE, Customers.TABLE)) {
      northern.with(
          table,
          world
              .get(table)
              .join(north, new String[] {Customers.CUSTOMER_ID}, "left_semi")
              .select(
                  java.util.Arrays.stream(world.get(table).columns())
                      .map(functions::col)
                      .toArray(org.apache.spark.sql.Column[]::new)));
    }
    Frames all = new LookAlikeJob().run(world, study(alone));
    Frames part = new LookAlikeJob().run(northern, study(alone));
    // Caps of amounts are everybody's, and p-values are adjusted for all regions.
    String of = "segment = 'north' and variant <> 'winsorised'";
    String[] notOfIts = {Effects.P_ADJUSTED};
    assertThat(told(part.get(Effects.TABLE).where(of).drop(notOfIts)))
        .isNotEmpty()
        .isEqualTo(told(all.get(Effects.TABLE).where(of).drop(notOfIts)));
    Dataset<Row> pairs = all.get(LookAlikePairs.TABLE);
    assertThat(
            told(
                pairs
                    .join(north, new String[] {Customers.CUSTOMER_ID}, "left_semi")
                    .select(
                        java.util.Arrays.stream(pairs.columns())
                            .map(functions::col)
                            .toArray(org.apache.spark.sql.Column[]::new))))
        .isEqualTo(told(part.get(LookAlikePairs.TABLE)));
  }

  @Test
  void where_matching_takes_nearly_everybody_no_effect_is_to_be_acted_on() {
    Frames out =
        new LookAlikeJob()
            .run(world(2), study("look-alike.candidates-per-member=1", "look-alike.caliper=10"));
    Row effect = headline(out, Method.DID.word());
    assertThat(effect.<String>getAs(Effects.STATUS)).isEqualTo("unsupported");
    assertThat(effect.<String>getAs(Effects.REASON)).startsWith("Matching took nearly all");
    assertThat(effect.<String>getAs(Effects.CREDIBILITY)).isEqualTo("D");
    assertThat(effect.<String>getAs(Effects.FAILED_CHECKS)).contains("overlap");
    assertThat(effect.<Object>getAs(Effects.P_ADJUSTED)).isNull();
  }

  @Test
  void weights_that_collapse_on_a_few_are_unsupported_with_their_reason() {
    Frames out = new LookAlikeJob().run(world(2), study());
    Dataset<Row> collapsed =
        out.get(Effects.TABLE)
            .where("method = 'look_alike_ipw' and status = 'unsupported'")
            .join(
                out.get(EffectChecks.TABLE)
                    .where("check_name = 'effective_sample_size' and outcome = 'failed'"),
                new String[] {Effects.EFFECT_ID},
                "left_semi");
    assertThat(collapsed.isEmpty()).isFalse();
    for (Row row : collapsed.collectAsList()) {
      assertThat(row.<String>getAs(Effects.REASON)).contains("collapse on a few");
    }
    assertThat(
            out.get(Effects.TABLE)
                .join(
                    out.get(EffectChecks.TABLE)
                        .where("check_name = 'effective_sample_size' and outcome = 'failed'"),
                    new String[] {Effects.EFFECT_ID},
                    "left_semi")
                .where("status = 'measured'")
                .isEmpty())
        .isTrue();
  }

  @Test
  void each_effect_of_the_matched_has_its_checks() {
    Frames out =
        new LookAlikeJob()
            .run(
                LookAlikeWorlds.world(spark(), WORLD.replace("orders = 1.3", "orders = 3"), 2)
                    .frames(),
                study("look-alike.pre-months=3", "headline.metric=orders"));
    Row effect = headline(out, Method.DID.word());
    List<String> names =
        out
            .get(EffectChecks.TABLE)
            .where(col(EffectChecks.EFFECT_ID).equalTo(effect.<String>getAs(Effects.EFFECT_ID)))
            .orderBy(EffectChecks.CHECK_NAME)
            .select(EffectChecks.CHECK_NAME)
            .collectAsList()
            .stream()
            .map(row -> row.getString(0))
            .toList();
    assertThat(names)
        .containsExactly(
            "attrition",
            "auc",
            "balance",
            "e_value",
            "effective_sample_size",
            "overlap",
            "placebo_joining_date",
            "placebo_outcome",
            "relabelling",
            "separation");
    Row hidden =
        out.get(EffectChecks.TABLE)
            .where("check_name = 'rosenbaum_gamma'")
            .join(
                out.get(Effects.TABLE).where("horizon_months = 3 and method = 'look_alike_did'"),
                new String[] {Effects.EFFECT_ID},
                "left_semi")
            .collectAsList()
            .get(0);
    assertThat(hidden.<Double>getAs(EffectChecks.VALUE)).isGreaterThan(1);
    assertThat(hidden.<String>getAs(EffectChecks.NOTE)).contains("pairs in which nobody stood");
  }

  @Test
  void over_the_longest_horizon_the_balanced_view_is_the_whole() {
    Frames out = new LookAlikeJob().run(world(2), study());
    String of =
        "method = 'look_alike_did' and metric = 'net_revenue' and segment_by = 'all'"
            + " and estimand = 'join_now_vs_as_usual' and horizon_months = ";
    Dataset<Row> effects = out.get(Effects.TABLE);
    String[] numbers = {"estimate", "std_error", "treated", "control"};
    for (int months : List.of(1, 3)) {
      List<String> whole =
          told(effects.where(of + months + " and variant = 'raw'").selectExpr(numbers));
      List<String> balanced =
          told(effects.where(of + months + " and variant = 'balanced'").selectExpr(numbers));
      assertThat(balanced).hasSize(1);
      assertThat(balanced.equals(whole)).as(months + " months").isEqualTo(months == 3);
    }
  }

  @Test
  void sales_that_were_anonymous_before_cast_doubt_on_an_effect() {
    // Eight stores: in each, anonymous sales fall by 30 with each member who joined before.
    Frames world = world(2);
    Dataset<Row> joinings =
        world
            .get(Joinings.TABLE)
            .withColumn(
                Joinings.JOINING_STORE,
                functions.concat(
                    lit("s"), functions.pmod(functions.xxhash64(col("customer_id")), lit(8))));
    List<Row> receipts = new ArrayList<>();
    java.util.Map<String, Long> joined = new java.util.HashMap<>();
    joinings
        .groupBy(Joinings.JOINING_STORE, Joinings.JOINING_MONTH)
        .count()
        .collectAsList()
        .forEach(row -> joined.put(row.getString(0) + row.getDate(1), row.getLong(2)));
    for (int number = 0; number < 8; number++) {
      String store = "s" + number;
      long members = 0;
      for (YearMonth month = YearMonth.of(2021, 1);
          !month.isAfter(AS_OF);
          month = month.plusMonths(1)) {
        java.sql.Date day = java.sql.Date.valueOf(month.atDay(1));
        Object[] values = new Object[Contracts.schema(ReceiptMonths.TABLE).size()];
        org.apache.spark.sql.types.StructType schema = Contracts.schema(ReceiptMonths.TABLE);
        for (int i = 0; i < values.length; i++) {
          values[i] =
              switch (schema.fields()[i].dataType().typeName()) {
                case "long" -> 100L;
                case "boolean" -> false;
                case "string" -> "store";
                case "date" -> day;
                default -> null;
              };
        }
        values[schema.fieldIndex(ReceiptMonths.STORE_ID)] = store;
        values[schema.fieldIndex(ReceiptMonths.NET_REVENUE)] =
            java.math.BigDecimal.valueOf(
                    20_000 - 30 * members + month.getMonthValue() * (number % 3L), 0)
                .setScale(4);
        receipts.add(org.apache.spark.sql.RowFactory.create(values));
        members += joined.getOrDefault(store + day, 0L);
      }
    }
    Frames out =
        new LookAlikeJob()
            .run(
                world
                    .with(Joinings.TABLE, joinings)
                    .with(
                        ReceiptMonths.TABLE,
                        spark().createDataFrame(receipts, Contracts.schema(ReceiptMonths.TABLE))),
                study());
    Row effect = headline(out, Method.DID.word());
    Row check =
        out.get(EffectChecks.TABLE)
            .where(
                col(EffectChecks.EFFECT_ID)
                    .equalTo(effect.<String>getAs(Effects.EFFECT_ID))
                    .and(col(EffectChecks.CHECK_NAME).equalTo("relabelling")))
            .collectAsList()
            .get(0);
    double estimate = effect.getAs(Effects.ESTIMATE);
    double share = check.getAs(EffectChecks.VALUE);
    assertThat(share * Math.abs(estimate))
        .isCloseTo(30, org.assertj.core.api.Assertions.within(0.5));
    assertThat(check.<String>getAs(EffectChecks.OUTCOME)).isEqualTo("failed");
    assertThat(effect.<String>getAs(Effects.CREDIBILITY)).isEqualTo("D");
    assertThat(effect.<String>getAs(Effects.FAILED_CHECKS)).contains("relabelling");
  }

  private static String[] rest(Frames world) {
    String[] names = world.get(Customers.TABLE).schema().fieldNames();
    return java.util.Arrays.copyOfRange(names, 1, names.length);
  }
}
