package dev.cohortium.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import dev.cohortium.config.Source.Duplicates;
import dev.cohortium.config.Source.Format;
import dev.cohortium.config.Study.CohortBy;
import dev.cohortium.config.Study.Granularity;
import dev.cohortium.stats.StaggeredDesign;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StudyReaderTest {
  /** The least that a study needs. */
  private static final String LEAST =
      """
      study = "spring"
      currency = "EUR"
      sources.transactions {
        format = csv
        path = "receipts.csv"
        columns { transaction_id = "id", occurred_at = "at", net_amount = "net" }
      }
      """;

  /** A study that uses every section. */
  private static final String WHOLE =
      """
      study = "online-retail"
      time-zone = "Europe/London"
      currency = "GBP"
      as-of = "2011-11"                      # optional
      max-quarantine-share = 0.01
      plausible { from = "2000-01-01", until = "2020-01-01" }
      sources {
        transactions {
          format = csv
          path = ["data/online-retail/*.csv.gz"]
          options { header = true }
          types { Quantity = int, UnitPrice = "decimal(12,4)", InvoiceDate = timestamp }
          columns {
            transaction_id = "InvoiceNo", customer_id = "CustomerID", occurred_at = "InvoiceDate", product_id = "StockCode"
            quantity = "Quantity", net_amount = "Quantity * UnitPrice"
          }
          filters { adjustment = "InvoiceNo like 'A%'" }
          duplicates = drop
        }
        customers {
          format = jdbc
          options { url = "jdbc:postgresql://shop/sales", dbtable = customers, user = u, password = ${?DB_PASSWORD} }
          columns { customer_id = "customer_id" }
          attributes { country = "country" }
          duplicates = keep
          time-zone = UTC
        }
        enrolments { format = parquet, path = "data/members", columns { customer_id = "id", enrolled_at = "at" } }
      }
      programmes { club { launched = "2011-03-01", launched-by-region { north = "2011-05-01" }, fixed-cost-per-month = 12000 } }
      segments { country = "attributes.country", generation = "floor((2024 - birth_year) / 15)" }
      metrics = [net_revenue, margin, orders, average_receipt, active_rate]
      headline      { metric = net_revenue, method = look_alike_did, horizon = 6 }
      cohorts       { by = [first_purchase, enrolment], granularity = [month, week], inactive-months = 6, segments = [country] }
      look-alike    { pre-months = 6, horizons = [1, 3, 6, 12], exact = [country], covariates = [generation], caliper = 0.2, ratio = 1, replacement = false, propensity-by = [] }
      design-control-group { experiment = "holdout-2024", salt = "x", share = 0.1, strata = [country], power = 0.8 }
      control-group { horizons = [1, 3, 6] }
      before-after  { anticipation = 1, controls = not-yet, strata = [], covariates = [], horizons = [1, 3, 6, 12], since = "2010-01" }
      rewards       { in-net-amount = true }
      privacy       { smallest-cell = 10 }
      publish = [customer_months]
      """;

  private static Study parse(String hocon, String... settings) {
    return StudyReader.parse(hocon, "spring.conf", List.of(settings), Map.of());
  }

  private static String refusal(String hocon, String... settings) {
    Throwable thrown = catchThrowable(() -> parse(hocon, settings));
    assertThat(thrown).isInstanceOf(UserFault.class);
    return thrown.getMessage();
  }

  @Test
  void a_whole_study_is_read_as_it_is_written() {
    Study study =
        StudyReader.parse(WHOLE, "spring.conf", List.of(), Map.of("DB_PASSWORD", "hunter2"));

    assertThat(study.name()).isEqualTo("online-retail");
    assertThat(study.timeZone()).isEqualTo(ZoneId.of("Europe/London"));
    assertThat(study.currency()).isEqualTo("GBP");
    assertThat(study.asOf()).contains(YearMonth.of(2011, 11));
    assertThat(study.maxQuarantineShare()).isEqualTo(0.01);
    assertThat(study.plausibleFrom()).isEqualTo(LocalDate.of(2000, 1, 1));
    assertThat(study.plausibleUntil()).isEqualTo(LocalDate.of(2020, 1, 1));
    assertThat(study.sources().keySet()).containsExactly("transactions", "customers", "enrolments");
    assertThat(study.sources().get("transactions"))
        .isEqualTo(
            new Source(
                "transactions",
                Format.CSV,
                List.of("data/online-retail/*.csv.gz"),
                Map.of("header", "true"),
                Map.of("Quantity", "int", "UnitPrice", "decimal(12,4)", "InvoiceDate", "timestamp"),
                Map.of(
                    "transaction_id", "InvoiceNo",
                    "customer_id", "CustomerID",
                    "occurred_at", "InvoiceDate",
                    "product_id", "StockCode",
                    "quantity", "Quantity",
                    "net_amount", "Quantity * UnitPrice"),
                Map.of(),
                Map.of("adjustment", "InvoiceNo like 'A%'"),
                Duplicates.DROP,
                Source.Delivery.RUN,
                Optional.empty(),
                ZoneId.of("Europe/London")));
    assertThat(study.sources().get("customers"))
        .isEqualTo(
            new Source(
                "customers",
                Format.JDBC,
                List.of(),
                Map.of(
                    "url", "jdbc:postgresql://shop/sales",
                    "dbtable", "customers",
                    "user", "u",
                    "password", "hunter2"),
                Map.of(),
                Map.of("customer_id", "customer_id"),
                Map.of("country", "country"),
                Map.of(),
                Duplicates.KEEP,
                Source.Delivery.RUN,
                Optional.empty(),
                ZoneId.of("UTC")));
    assertThat(study.programmes().get("club").launched()).contains(LocalDate.of(2011, 3, 1));
    assertThat(study.programmes().get("club").launchedByRegion())
        .isEqualTo(Map.of("north", LocalDate.of(2011, 5, 1)));
    assertThat(study.programmes().get("club").fixedCostPerMonth()).isEqualTo(12000);
    assertThat(study.segments())
        .isEqualTo(
            Map.of(
                "country", "attributes.country", "generation", "floor((2024 - birth_year) / 15)"));
    assertThat(study.cohorts())
        .contains(
            new Study.Cohorts(
                List.of(CohortBy.FIRST_PURCHASE, CohortBy.ENROLMENT),
                List.of(Granularity.MONTH, Granularity.WEEK),
                6,
                List.of("country")));
    assertThat(study.privacy().smallestCell()).isEqualTo(10);
    assertThat(study.publish()).containsExactly("customer_months");
    assertThat(study.beforeAfter())
        .contains(
            new Study.BeforeAfter(
                1,
                StaggeredDesign.Controls.NOT_YET_JOINED,
                6,
                List.of(1, 3, 6, 12),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(YearMonth.of(2010, 1))));
    assertThat(study.lookAlike())
        .contains(
            new Study.LookAlike(
                6,
                List.of(1, 3, 6, 12),
                List.of("country"),
                List.of("generation"),
                0.2,
                1,
                false,
                Study.MatchingOrder.DESCENDING,
                List.of(),
                20,
                4));
    assertThat(study.headline()).isEqualTo(new Study.Headline("net_revenue", "look_alike_did", 6));
    assertThat(study.designControlGroup())
        .contains(
            new Study.DesignControlGroup(
                "holdout-2024", "x", 0.1, Map.of(), List.of("country"), 0.8, 0.05));
    assertThat(study.controlGroup())
        .contains(new Study.ControlGroup(List.of(1, 3, 6), List.of(), Map.of()));
  }

  @Test
  void the_least_study_has_the_documented_defaults() {
    Study study = parse(LEAST);

    assertThat(study.timeZone()).isEqualTo(ZoneId.of("UTC"));
    assertThat(study.asOf()).isEmpty();
    assertThat(study.maxQuarantineShare()).isEqualTo(0.05);
    assertThat(study.plausibleFrom()).isEqualTo(LocalDate.of(1990, 1, 1));
    assertThat(study.plausibleUntil()).isEqualTo(LocalDate.of(2100, 1, 1));
    assertThat(study.sources().get("transactions").duplicates()).isEqualTo(Duplicates.DROP);
    assertThat(study.sources().get("transactions").timeZone()).isEqualTo(ZoneId.of("UTC"));
    assertThat(study.programmes()).isEmpty();
    assertThat(study.privacy().smallestCell()).isEqualTo(5);
    assertThat(study.publish()).isEmpty();
  }

  @Test
  void before_after_needs_enrolments_and_months_enough_before_joining() {
    assertThatThrownBy(() -> parse(LEAST + "before-after { strata = [country] }"))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("before-after needs sources.enrolments")
        .hasMessageContaining(
            "before-after.strata = country (line 8): must be a name declared under segments");
    assertThatThrownBy(() -> parse(LEAST + "before-after { anticipation = 5 }"))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("must be at least 2 more than before-after.anticipation, which is 5");
  }

  @Test
  void a_first_month_that_leaves_none_to_compare_is_refused() {
    // Two months, and more of them.
    Study study = parse(WHOLE, "before-after.since=2011-10");
    assertThatThrownBy(study::refuseLateSince)
        .isInstanceOf(UserFault.class)
        .hasMessage(
            """
            Study 'online-retail' asks before-after to look at nothing before 2011-10, but as-of is 2011-11: a member takes a month before joining, 1 more that may anticipate it, that of joining and one after it.
            Name a month before 2011-09 in before-after.since, or a later as-of.""");
    assertThatThrownBy(parse(WHOLE, "before-after.since=2030-01")::refuseLateSince)
        .hasMessageContaining("nothing before 2030-01");
    assertThatNoException().isThrownBy(study.withAsOf(YearMonth.of(2012, 1))::refuseLateSince);
    assertThatThrownBy(study.withAsOf(YearMonth.of(2011, 12))::refuseLateSince)
        .isInstanceOf(UserFault.class);
    assertThatNoException().isThrownBy(parse(LEAST)::refuseLateSince);
  }

  @Test
  void a_section_is_configured_only_where_the_study_has_it() {
    assertThat(parse(LEAST).cohorts()).isEmpty();
    assertThat(parse(LEAST).beforeAfter()).isEmpty();
    assertThat(parse(LEAST + "cohorts {}").cohorts())
        .contains(
            new Study.Cohorts(
                List.of(CohortBy.FIRST_PURCHASE), List.of(Granularity.MONTH), 6, List.of()));
    assertThat(parse(LEAST + "cohorts = null").cohorts()).isEmpty();
  }

  @Test
  void the_order_in_which_names_are_written_does_not_matter() {
    Study study = parse(LEAST + "segments { b = \"1\", c = \"2\", a = \"3\" }");

    assertThat(study.segments().keySet()).containsExactly("a", "b", "c");
  }

  @Test
  void every_problem_is_in_one_message() {
    String message =
        refusal(
            """
            study = "Spring Club"
            time-zone = "Europe/Londn"
            currency = "EURO"
            as-of = "2024-13"
            max-quarantine-share = 5
            plausible { until = "1980-01-01" }
            cohort { by = enrolment }
            privacy { smallest_cell = 3 }
            sources {
              transactions {
                format = cvs
                path = "receipts.csv"
                types { price = "decimal(40,2)" }
                columns { transaction_id = "id", occurred_at = "at", net_amout = "net" }
              }
              customer { }
            }
            cohorts { by = [first_purchase, joining], segments = [country] }
            before-after { controls = later, horizons = [0, 3] }
            publish = [transactions]
            """);

    assertThat(message)
        .startsWith("Study spring.conf has 19 problems:\n")
        .contains("\n  study = Spring Club (line 1): must be a-z, 0-9 and - only, at most 100\n")
        .contains("\n  time-zone = Europe/Londn (line 2): must be a region such as Europe/London")
        .contains("; did you mean Europe/London?\n")
        .contains("\n  currency = EURO (line 3): must be an ISO 4217 code such as EUR\n")
        .contains("\n  as-of = 2024-13 (line 4): must be a month YYYY-MM\n")
        .contains("\n  max-quarantine-share = 5 (line 5): must be a number from 0 to 1\n")
        .contains(
            "\n  plausible.until = 1980-01-01 (line 6): must lie after plausible.from, which is 1990-01-01\n")
        .contains("\n  cohort (line 7): is not a key here; did you mean cohorts?\n")
        .contains(
            "\n  privacy.smallest_cell (line 8): is not a key here; did you mean smallest-cell?\n")
        .contains(
            "\n  sources.transactions.format = cvs (line 11): must be one of csv, json, parquet, delta, jdbc; did you mean csv?\n")
        .contains("\n  sources.transactions.types.price = decimal(40,2) (line 13): must be one of ")
        .contains("\n  sources.transactions.columns.net_amout (line 14): its name must be one of ")
        .contains("; did you mean net_amount?\n")
        .contains("\n  sources.transactions.columns.net_amount: is missing; ")
        .contains("\n  sources.customer (line 16): its name must be one of transactions, customers")
        .contains("\n  cohorts.by = joining (line 18): must be one of first_purchase, enrolment\n")
        .contains(
            "\n  cohorts.segments = country (line 18): must be a name declared under segments, which has none\n")
        .contains("\n  before-after.controls = later (line 19): must be one of not-yet, never")
        .contains("\n  before-after.horizons = 0 (line 19): must be a whole number from 1 to 60\n")
        .contains("\n  publish = transactions (line 20): must be one of ")
        .endsWith("\nconf/reference.conf describes every key.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "look_alike {}                     | look_alike (line 8): is not a key here; did you mean look-alike?",
        "frobnicate = 1                    | frobnicate (line 8): is not a key here; known are as-of, before-after, ",
        "plausible.form = 2                | plausible.form (line 8): is not a key here; did you mean from?",
        "cohorts { inactive-month = 1 }    | cohorts.inactive-month (line 8): is not a key here; did you mean inactive-months?",
        "programmes.club.lunched = 1       | programmes.club.lunched (line 8): is not a key here; did you mean launched?",
        "headline.horizons = 1             | headline.horizons (line 8): is not a key here; did you mean horizon?",
        "sources.transactions.column = {}  | sources.transactions.column (line 8): is not a key here; did you mean columns?",
        "sources.transactions.attributes {}| sources.transactions.attributes (line 8): is not a key here; known are columns, ",
        "sources.quarantine {}             | sources.quarantine (line 8): its name must be one of transactions, ",
        "sources.transactions.columns.month = x | sources.transactions.columns.month (line 8): its name must be one of transaction_id, ",
        "sources.transactions.filters { a-b = x } | sources.transactions.filters.a-b (line 8): its name must be letters, digits and _ only, no digit first",
        "segments.all = x                  | segments.all (line 8): its name must be letters, digits and _ only, no digit first, and neither all nor unknown",
        "segments.unknown = x              | segments.unknown (line 8): its name must be ",
        "segments = country                | segments = country (line 8): must be a section { ... }",
        "segments.country = { a = 1 }      | segments.country = a section (line 8): must be an SQL expression",
        "currency = [EUR]                  | currency = a list (line 8): must be an ISO 4217 code such as EUR",
        "time-zone = \"+02:00\"            | time-zone = +02:00 (line 8): must be a region such as Europe/London, or UTC",
        "max-quarantine-share = 1e400      | max-quarantine-share = 1e400 (line 8): must be a number from 0 to 1",
        "max-quarantine-share = NaN        | max-quarantine-share = NaN (line 8): must be a number from 0 to 1",
        "privacy.smallest-cell = 99999999999999999999 | privacy.smallest-cell = 99999999999999999999 (line 8): must be a whole number from 0 to 1000000",
        "privacy.smallest-cell = 2.5       | privacy.smallest-cell = 2.5 (line 8): must be a whole number",
        "privacy.smallest-cell = -1        | privacy.smallest-cell = -1 (line 8): must be a whole number",
        "cohorts.inactive-months = 0       | cohorts.inactive-months = 0 (line 8): must be a whole number from 1 to 60",
        "cohorts.by = []                   | cohorts.by (line 8): is empty; give at least one of first_purchase, enrolment",
        "cohorts.by = enrolment            | cohorts.by = enrolment (line 8): enrolment needs sources.enrolments, which the study does not have",
        "look-alike.replacement = maybe    | look-alike.replacement = maybe (line 8): must be true or false",
        "look-alike.caliper = wide         | look-alike.caliper = wide (line 8): must be a number from 0 to 10",
        "design-control-group { salt = x } | design-control-group.experiment: is missing; it must be some text",
        "design-control-group { experiment = e, salt = x, shares { n = 0.2 } } | design-control-group.shares (line 8): are those of strata, and design-control-group.strata names none",
        "design-control-group { experiment = e, salt = x, strata = [country] } | design-control-group.strata = country (line 8): must be a name declared under segments, which has none",
        "design-control-group { experiment = e, salt = x, share = 1 } | design-control-group.share = 1 (line 8): must be a number from 0.001 to 0.999",
        "design-control-group { experiment = e, salt = x, effect = 0 } | design-control-group.effect = 0 (line 8): must be a number from 0.0001 to 10",
        "control-group {}                  | control-group (line 8): measures experiments, which come from sources.assignments or from design-control-group; the study has neither",
        "control-group.horizons = [25]     | control-group.horizons = 25 (line 8): must be a whole number from 1 to 24",
        "control-group.experiments.e.shares { treatment = 1 } | control-group.experiments.e.shares (line 8): must name the arm control and at least one more",
        "control-group.experiments.e.strata.n { control = 1 } | control-group.experiments.e.strata.n (line 8): must name the arm control and at least one more",
        "control-group.experiments.e.program = club | control-group.experiments.e.program = club (line 8): must be a name declared under programmes, which has none",
        "programmes.club.launched = 2024-02-30 | programmes.club.launched = 2024-02-30 (line 8): must be a date YYYY-MM-DD",
        "programmes.club.launched-by-region.north = May | programmes.club.launched-by-region.north = May (line 8): must be a date YYYY-MM-DD",
        "programmes.club.fixed-cost-per-month = -5 | programmes.club.fixed-cost-per-month = -5 (line 8): must be a number from 0 to 1000000000000",
        "plausible.until = \"+300000-01-01\" | plausible.until = +300000-01-01 (line 8): must be a date YYYY-MM-DD",
        "plausible.from = \"-0001-01-01\" | plausible.from = -0001-01-01 (line 8): must be a date YYYY-MM-DD",
        "as-of = \"-0001-01\"               | as-of = -0001-01 (line 8): must be a month YYYY-MM",
        "publish = [runs, custmer_months]  | publish = custmer_months (line 8): must be one of quarantine, customer_months, ",
        "sources.transactions.types.price = varchar | sources.transactions.types.price = varchar (line 8): must be one of string, ",
        "sources.transactions.types.price = \"decimal(4,5)\" | sources.transactions.types.price = decimal(4,5) (line 8): must be one of string, ",
        "sources.transactions.path = []    | sources.transactions.path (line 8): is empty; name files, folders or globs",
        "sources.transactions.path = [[a]] | sources.transactions.path = a list (line 8): must be some text",
        "sources.transactions.options.a = [1] | sources.transactions.options.a = a list (line 8): must be one text",
        "sources.transactions.duplicates = dorp | sources.transactions.duplicates = dorp (line 8): must be one of drop, keep; did you mean drop?",
      })
  void a_wrong_key_or_value_is_refused_with_what_is_allowed(String line, String problem) {
    assertThat(refusal(LEAST + line)).contains("\n  " + problem);
  }

  @Test
  void a_name_that_makes_no_folder_and_an_expression_without_end_are_refused() {
    assertThat(refusal(LEAST + "study = " + "a".repeat(101)))
        .contains("must be a-z, 0-9 and - only, at most 100");
    assertThat(refusal(LEAST + "segments.long = \"" + "1+".repeat(5000) + "1\""))
        .contains("must be an SQL expression of at most 10000 characters");
  }

  @Test
  void a_database_is_named_by_a_url_and_either_a_query_or_a_table() {
    String customers = LEAST + "sources.customers { format = jdbc, columns.customer_id = id, ";
    String url = "options.url = \"jdbc:x\", ";

    assertThatCode(() -> parse(customers + url + "options.query = \"select 1\" }"))
        .doesNotThrowAnyException();
    assertThat(refusal(customers + "options.dbtable = c }"))
        .contains("sources.customers.options.url: is missing; format jdbc needs it");
    assertThat(refusal(customers + url + "}"))
        .contains("sources.customers.options.query: give either options.query or options.dbtable");
    assertThat(refusal(customers + url + "options { query = q, dbtable = c } }"))
        .contains("sources.customers.options.query = q (line 8): give either options.query or ");
    assertThat(refusal(customers + url + "options.dbtable = c, path = \"a.csv\" }"))
        .contains("sources.customers.path = a.csv (line 8): does not go with format jdbc");
  }

  @Test
  void files_are_named_by_a_path() {
    assertThat(refusal(LEAST + "sources.stores { format = csv, columns.store_id = id }"))
        .contains("sources.stores.path: is missing; it names files, folders or globs");
  }

  @Test
  void a_study_needs_receipts() {
    assertThat(refusal("study = spring, currency = EUR"))
        .contains("sources.transactions: is missing");
    assertThat(refusal("study = spring, currency = EUR, sources {}"))
        .contains("sources.transactions: is missing");
  }

  @Test
  void ingest_fills_what_a_mapping_may_leave_out() {
    assertThat(parse(LEAST).sources().get("transactions").columns().keySet())
        .containsExactly("net_amount", "occurred_at", "transaction_id");
    assertThat(
            parse(LEAST + "sources.transactions.columns.delivered_at = sent")
                .sources()
                .get("transactions")
                .columns())
        .containsEntry("delivered_at", "sent");
  }

  @Test
  void program_id_may_be_left_out_where_there_is_exactly_one_programme() {
    String enrolments =
        LEAST
            + "sources.enrolments { format = csv, path = m, columns { customer_id = id, enrolled_at = at } }\n";

    assertThatCode(() -> parse(enrolments + "programmes.club {}")).doesNotThrowAnyException();
    assertThat(refusal(enrolments))
        .contains(
            "sources.enrolments.columns.program_id: is missing; map it, or declare exactly one programme under programmes (there are 0)");
    assertThat(refusal(enrolments + "programmes { club {}, plus {} }")).contains("(there are 2)");
    assertThatCode(() -> parse(enrolments + "sources.enrolments.columns.program_id = p"))
        .doesNotThrowAnyException();
  }

  @Test
  void segments_of_cohorts_need_customers() {
    assertThat(refusal(LEAST + "segments.country = c, cohorts.segments = [country]"))
        .contains(
            "cohorts.segments (line 8): segments are made from customers and need sources.customers");
  }

  @Test
  void options_may_have_dots_in_their_names() {
    assertThat(
            parse(
                    LEAST
                        + "sources.transactions.options { header = true, fs.s3a.endpoint = \"s3:9000\" }")
                .sources()
                .get("transactions")
                .options())
        .isEqualTo(Map.of("header", "true", "fs.s3a.endpoint", "s3:9000"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "string",
        "INT",
        "bigint",
        "long",
        "double",
        "float",
        "boolean",
        "date",
        "timestamp",
        "timestamp_ntz",
        "smallint",
        "tinyint",
        "decimal(1,0)",
        "decimal(38,38)",
        "DECIMAL( 12 , 4 )"
      })
  void a_type_of_sql_is_accepted(String type) {
    assertThatCode(() -> parse(LEAST + "sources.transactions.types.price = \"" + type + "\""))
        .doesNotThrowAnyException();
  }

  @Test
  void a_setting_overrides_the_study() {
    Study study =
        parse(
            WHOLE,
            "as-of=2011-12",
            "sources.transactions.path=s3a://shop//a=b/*.csv",
            "cohorts.by=[enrolment]",
            "cohorts.granularity=day",
            "privacy={smallest-cell = 1}",
            "study=first",
            "study=second");

    assertThat(study.asOf()).contains(YearMonth.of(2011, 12));
    assertThat(study.sources().get("transactions").path()).containsExactly("s3a://shop//a=b/*.csv");
    assertThat(study.cohorts().orElseThrow().by()).containsExactly(CohortBy.ENROLMENT);
    assertThat(study.cohorts().orElseThrow().granularities()).containsExactly(Granularity.DAY);
    assertThat(study.cohorts().orElseThrow().inactiveMonths()).isEqualTo(6);
    assertThat(study.privacy().smallestCell()).isEqualTo(1);
    assertThat(study.name()).isEqualTo("second");
  }

  @Test
  void a_wrong_setting_is_named() {
    assertThat(refusal(LEAST, "as-of=May"))
        .contains("as-of = May (--set): must be a month YYYY-MM");
    assertThat(refusal(LEAST, "asof=2024-03"))
        .contains("asof (--set): is not a key here; did you mean as-of?");
    assertThat(refusal(LEAST, "as-of")).contains("--set as-of names no key or no value");
    assertThat(refusal(LEAST, "=x")).contains("--set =x names no key or no value");
    assertThat(refusal(LEAST, "cohorts.by=[")).contains("--set cohorts.by is not HOCON");
    assertThat(refusal(LEAST, "a..b=1")).contains("--set a..b is not HOCON");
    assertThat(refusal(LEAST, "study.name=x")).contains("study = a section: must be a-z");
  }

  @Test
  void a_variable_comes_from_the_environment_that_is_given() {
    Study study =
        StudyReader.parse(
            LEAST
                + "currency = ${CURRENCY}, sources.transactions.path = [${DATA}\"/a.csv\", ${?NONE}]",
            "spring.conf",
            List.of(),
            Map.of("CURRENCY", "SEK", "DATA", "/data", "study", "other"));

    assertThat(study.currency()).isEqualTo("SEK");
    assertThat(study.sources().get("transactions").path()).containsExactly("/data/a.csv");
    assertThat(study.name()).isEqualTo("spring");
  }

  @Test
  void a_key_of_the_study_comes_before_a_variable_of_the_same_name() {
    Study study =
        StudyReader.parse(
            LEAST + "segments { country = ${study} }",
            "spring.conf",
            List.of(),
            Map.of("study", "other"));

    assertThat(study.segments()).containsEntry("country", "spring");
  }

  @Test
  void every_variable_without_a_value_is_named_beside_the_other_problems() {
    String message =
        refusal(
            LEAST + "time-zone = ${ZONE}, sources.transactions.path = ${DATA}/a.csv, cohort {}");

    assertThat(message)
        .startsWith("Study spring.conf has 3 problems:")
        .contains("${ZONE}: has no value; set ZONE in the environment of this command")
        .contains("${DATA}: has no value; set DATA in the environment of this command")
        .contains("cohort (line 8): is not a key here; did you mean cohorts?");
  }

  @Test
  void a_circle_of_references_is_refused() {
    assertThat(refusal(LEAST + "segments { a = ${segments.b}, b = ${segments.a} }"))
        .contains("Study spring.conf refers to itself in a circle");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sources.transactions.options.password = [hunter2]",
        "sources.transactions.options.password = hunter2, privacy.smallest-cell = hunter2",
        "sources.transactions.password = hunter2",
        "password = hunter2",
        "sources.transactions.options { password = hunter2 } ]",
        "sources.transactions.options { password = hunter2 : 3",
        "sources.transactions.options { password = \"hunter2 }",
        "sources.transactions.options { password hunter2 }",
        "sources.transactions.options = {password = hunter2} [1]",
        "sources.transactions.options = ${PASSWORD_OPTIONS} hunter2",
        "sources.transactions.format = \"jdbc:x://u:hunter2@shop\"",
        "sources.transactions.format = \"jdbc:x://shop?user=u&password=hunter2\"",
        "sources.transactions.types.password = hunter2"
      })
  void a_secret_is_never_in_a_message(String line) {
    assertThatThrownBy(() -> parse(LEAST + line))
        .isInstanceOf(UserFault.class)
        .satisfies(fault -> assertThat(trace(fault)).doesNotContain("hunter2"));
  }

  /** What a log would show: the message, the stack and every cause. */
  private static String trace(Throwable thrown) {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace, true));
    return trace.toString();
  }

  @Test
  void a_study_that_is_printed_keeps_its_secrets() {
    assertThat(parse(LEAST + "sources.transactions.options.password = hunter2").toString())
        .contains("transactions from CSV [receipts.csv]")
        .doesNotContain("hunter2");
  }

  @Test
  void a_name_with_a_wrong_value_is_one_problem_not_two() {
    assertThat(refusal(WHOLE + "segments.country = {}"))
        .startsWith("Study spring.conf has a problem:");
  }

  @Test
  void a_secret_from_the_environment_or_a_setting_is_never_in_a_message() {
    String hocon = LEAST + "sources.transactions.options.password = ${PW}, as-of = ${PW}";
    assertThatThrownBy(
            () -> StudyReader.parse(hocon, "spring.conf", List.of(), Map.of("PW", "hunter2")))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("as-of = *** (environment)");
    for (String setting :
        List.of(
            "sources.transactions.options.password.hunter2",
            "sources.transactions.options.password=[hunter2",
            "sources.transactions.options.password=[hunter2]",
            "password=hunter2")) {
      assertThat(refusal(LEAST, setting)).doesNotContain("hunter2");
    }
  }

  @Test
  void a_syntax_error_is_told_with_its_line() {
    assertThat(refusal(LEAST + "cohorts { by = [first_purchase }"))
        .startsWith("Study spring.conf is not HOCON: line 8: ");
    assertThat(refusal("study = \"spring")).startsWith("Study spring.conf is not HOCON: line 1: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# nothing yet\n", "{}"})
  void an_empty_study_is_told_what_to_write(String hocon) {
    assertThat(refusal(hocon))
        .isEqualTo(
            "Study spring.conf is empty. Write at least study, currency and sources.transactions;"
                + " conf/reference.conf describes every key.");
  }

  @Test
  void a_study_that_is_a_list_is_refused() {
    assertThat(refusal("[1, 2]")).startsWith("Study spring.conf is not HOCON: ");
  }

  @Test
  void a_study_nested_without_end_is_refused() {
    assertThat(refusal("a = " + "[".repeat(200_000))).contains("nested too deeply");
    assertThat(refusal("a.".repeat(200_000) + "b = 1")).contains("spring.conf");
  }

  @Test
  void a_study_includes_no_other_file() {
    assertThat(refusal(LEAST + "include \"other.conf\"")).contains("A study is one file");
    assertThat(refusal(LEAST + "include file(\"/etc/other.conf\")"))
        .contains("A study is one file");
    assertThat(refusal(LEAST + "include classpath(\"x.conf\")")).contains("A study is one file");
  }

  @Test
  void a_file_is_read_as_utf_8_with_or_without_a_mark(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("spring.conf");
    Files.writeString(file, "\uFEFF" + LEAST + "segments.land = \"region = 'Österreich'\"");

    assertThat(StudyReader.read(file, List.of(), Map.of()).segments())
        .containsEntry("land", "region = 'Österreich'");
  }

  @Test
  void a_file_that_is_no_study_is_refused(@TempDir Path folder) throws IOException {
    Path latin = Files.write(folder.resolve("latin.conf"), new byte[] {'a', '=', (byte) 0xd6});

    assertThatThrownBy(() -> StudyReader.read(folder, List.of(), Map.of()))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> StudyReader.read(folder.resolve("none.conf"), List.of(), Map.of()))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("There is no study");
    assertThatThrownBy(() -> StudyReader.read(latin, List.of(), Map.of()))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("is not a text in UTF-8");
  }

  @Test
  void the_design_of_an_experiment_drawn_elsewhere_is_read_with_its_strata() {
    Study study =
        parse(
            WHOLE
                + """
                control-group.experiments."pilot 1" {
                  shares { control = 1, treatment = 9 }
                  strata { north { control = 2, treatment = 8 } }
                  arrivals = monthly
                  planned = 50000
                }
                """);

    assertThat(study.controlGroup().orElseThrow().experiments())
        .containsExactly(
            Map.entry(
                "pilot 1",
                new Study.Experiment(
                    Optional.empty(),
                    Map.of("control", 1.0, "treatment", 9.0),
                    Map.of("north", Map.of("control", 2.0, "treatment", 8.0)),
                    Optional.of(Study.Arrivals.MONTHLY),
                    Optional.of(50_000))));
  }

  @Test
  void reference_conf_with_its_examples_is_a_study() throws IOException {
    Study study =
        StudyReader.parse(
            examples(), "reference.conf", List.of(), Map.of("DB_PASSWORD", "hunter2"));

    assertThat(study.name()).isEqualTo("spring-club");
    assertThat(study.cohorts()).isPresent();
    assertThat(study.beforeAfter()).isPresent();
    assertThat(study.lookAlike()).isPresent();
  }

  @Test
  void reference_conf_documents_every_key_the_reader_knows() throws IOException {
    Set<String> documented = new TreeSet<>();
    Set<String> sections = new TreeSet<>(Set.of(""));
    addPaths(ConfigFactory.parseString(examples()).root(), "", documented, sections);

    Set<String> known = new TreeSet<>();
    for (String section : sections) {
      Throwable thrown =
          catchThrowable(
              () ->
                  StudyReader.parse(
                      examples() + "\n" + section + "zzzzzzzzzzzz {}",
                      "r.conf",
                      List.of(),
                      Map.of()));
      if (thrown != null && thrown.getMessage().contains("known are ")) {
        String names = thrown.getMessage().replaceAll("(?s).*known are (.*?)\n.*", "$1");
        Stream.of(names.split(", ")).map(name -> anySource(section + name)).forEach(known::add);
      }
    }

    assertThat(known).hasSizeGreaterThan(50);
    assertThat(documented).containsAll(known);
  }

  private static void addPaths(
      ConfigObject object, String path, Set<String> documented, Set<String> sections) {
    object.forEach(
        (key, value) -> {
          documented.add(anySource(path + key));
          if (value instanceof ConfigObject below) {
            sections.add(path + key + ".");
            addPaths(below, path + key + ".", documented, sections);
          }
        });
  }

  /** What is documented at one source holds for each. */
  private static String anySource(String path) {
    return path.replaceAll("^sources\\.\\w+\\.", "sources.*.");
  }

  /** reference.conf with its examples, the lines that begin with # and no space, as settings. */
  private static String examples() throws IOException {
    try (InputStream in = StudyReader.class.getResourceAsStream("reference.conf")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("(?m)^( *)#(?=[^ \\n])", "$1");
    }
  }

  @Test
  void a_mutilated_study_is_accepted_or_refused_but_never_breaks_the_reader() {
    Random random = new Random(20240301);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      String mutilated = mutilated(WHOLE, random);
      Throwable thrown = catchThrowable(() -> parse(mutilated));
      if (thrown != null) {
        refused++;
        assertThat(thrown).as(mutilated).isInstanceOf(UserFault.class);
        assertThat(thrown.getMessage()).as(mutilated).contains("tudy spring.conf ");
      }
    }
    assertThat(refused).isBetween(100, 299);
  }

  /** {@code study} after one to three slips: of a letter, of a line, or of a value. */
  private static String mutilated(String study, Random random) {
    String[] values = {
      "[]",
      "{}",
      "null",
      "-1",
      "1e999999999",
      "\"\"",
      "${A}",
      "${?A}",
      "[[1]]",
      "{ a { b = 1 } }",
      "true",
      "2011-11",
      "\"\u0000\"",
      "9999999999-01",
      "\"\"\"x\"\"\""
    };
    String signs = "{}[]\"=:,.$#\\+\n a1";
    StringBuilder text = new StringBuilder(study);
    for (int slips = 1 + random.nextInt(3); slips > 0; slips--) {
      int at = random.nextInt(text.length());
      int equals = text.indexOf("= ", at);
      switch (random.nextInt(5)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, signs.charAt(random.nextInt(signs.length())));
        case 2 -> text.delete(at, Math.min(text.length(), at + random.nextInt(80)));
        case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 40)));
        default -> {
          if (equals >= 0) {
            int end = equals + 2;
            while (end < text.length() && "\n,}".indexOf(text.charAt(end)) < 0) {
              end++;
            }
            text.replace(equals + 2, end, values[random.nextInt(values.length)]);
          }
        }
      }
    }
    return text.toString();
  }
}
