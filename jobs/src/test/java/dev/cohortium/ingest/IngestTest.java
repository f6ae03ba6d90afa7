package dev.cohortium.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Source;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.Rewards;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Surveys;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IngestTest extends SparkTest {
  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  private static final String COLUMNS =
      """
      columns { transaction_id = "receipt", customer_id = "customer", occurred_at = "at", net_amount = "amount" }
      """;

  @TempDir private Path folder;

  // --- what a row becomes ---

  @Test
  void every_delivered_row_ends_in_its_table_in_quarantine_or_in_a_count() throws IOException {
    write(
        "t.csv",
        """
        receipt,customer,at,amount,currency
        r1,ann,2024-01-05 10:00,10.00,EUR
        r1,ann,2024-01-05 10:00,10.00,EUR
        r2,,2024-01-06 11:00,-3.50,eur
        r3,bob,2024-01-07 12:00,abc,EUR
        ,bob,2024-01-07,1.00,EUR
        r4,bob,1970-01-01 00:00,1.00,USD
        r5,bob,2024-01-08
        r6,bob,2024-01-08,1,EUR,more
        r7,test,2024-01-08,1,EUR
        r8,bob,10:30,99999999999999999.00,EUR
        """);

    Frames out =
        ingest(
            """
            max-quarantine-share = 1
            sources.transactions {
              format = csv, path = "%s/t.csv"
              columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount, currency = currency }
              filters { test_account = "customer = 'test'" }
            }
            """);

    assertRows(
        out.get(Transactions.TABLE),
        Transactions.TABLE,
        """
        transaction_id | line_no | customer_id | occurred_at         | month      | net_amount | currency
        r1             | 1       | ann         | 2024-01-05 10:00:00 | 2024-01-01 | 10         | EUR
        r2             | 1       |             | 2024-01-06 11:00:00 | 2024-01-01 | -3.5       | EUR
        """);
    assertThat(shown(out.get(Quarantine.TABLE).select("row", "reason")))
        .containsExactly(
            ",bob,2024-01-07,1.00,EUR | transaction_id: missing",
            "r3,bob,2024-01-07 12:00,abc,EUR | net_amount: 'abc' is not DECIMAL(18,4)",
            "r4,bob,1970-01-01 00:00,1.00,USD | occurred_at: 1970-01-01 00:00:00 lies outside 1990-01-01..2100-01-01; currency: 'USD' is not the study's EUR",
            "r5,bob,2024-01-08 | malformed line",
            "r6,bob,2024-01-08,1,EUR,more | malformed line",
            "r8,bob,10:30,99999999999999999.00,EUR | occurred_at: '10:30' is not TIMESTAMP; net_amount: '99999999999999999.00' is not DECIMAL(18,4)");
    assertThat(counts(out, Transactions.TABLE))
        .isEqualTo(
            Map.of(
                "read",
                10L,
                "clean",
                2L,
                "quarantined",
                6L,
                "duplicate",
                1L,
                "filtered",
                1L,
                "filtered:test_account",
                1L,
                "superseded",
                0L,
                "replaced",
                0L));
  }

  @Test
  void a_typed_column_that_does_not_parse_is_quarantined_with_its_text() throws IOException {
    write(
        "t.csv",
        "receipt,customer,at,n,price\nr1,ann,2024-01-05,2,1.255\nr2,ann,2024-01-05,2.5,1.00\nr3,ann,2024-01-05,,1.00\n");

    Frames out =
        ingest(
            """
            max-quarantine-share = 1
            sources.transactions {
              format = csv, path = "%s/t.csv", types { n = int, price = "decimal(12,4)" }
              columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = "n * price" }
            }
            """);

    assertRows(
        out.get(Transactions.TABLE),
        Transactions.TABLE,
        "transaction_id | net_amount\nr1 | 2.5100");
    assertThat(shown(out.get(Quarantine.TABLE).select("row", "reason")))
        .containsExactly(
            "r2,ann,2024-01-05,2.5,1.00 | n: '2.5' is not int; net_amount: missing",
            "r3,ann,2024-01-05,,1.00 | net_amount: missing");
  }

  @Test
  void impossible_values_and_unknown_kinds_are_quarantined_in_every_table() throws IOException {
    write("t.csv", "receipt,customer,at,amount\nr1,ann,2024-01-05,1\n");
    write("e.csv", "c,from,to\nann,2024-01-05,\nbob,2024-02-05,2024-01-01\n");
    write(
        "r.csv",
        "id,c,at,kind,p\n1,ann,2024-01-05,EARN,5\n2,ann,2024-01-05,gift,5\n3,ann,2024-01-05,redeem,-5\n4,ann,2024-01-05,Adjust,-5\n");
    write(
        "s.csv",
        "id,at,q,s\n1,2024-01-05,nps,10\n2,2024-01-05,nps,11\n3,2024-01-05,csat,1\n4,2024-01-05,servqual:tangibles:expected,6.5\n");

    Frames out =
        ingest(
            """
            max-quarantine-share = 1
            programmes.club {}
            sources {
              transactions { format = csv, path = "%1$s/t.csv", columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount } }
              enrolments { format = csv, path = "%1$s/e.csv", columns { customer_id = c, enrolled_at = from, left_at = to } }
              rewards { format = csv, path = "%1$s/r.csv", columns { entry_id = id, customer_id = c, occurred_at = at, kind = kind, points = p } }
              surveys { format = csv, path = "%1$s/s.csv", columns { response_id = id, answered_at = at, question = q, score = s } }
            }
            """);

    assertRows(out.get(Enrolments.TABLE), Enrolments.TABLE, "program_id | customer_id\nclub | ann");
    assertRows(
        out.get(Rewards.TABLE),
        Rewards.TABLE,
        "entry_id | kind | points\n1 | earn | 5\n4 | adjust | -5");
    assertRows(out.get(Surveys.TABLE), Surveys.TABLE, "response_id | score\n1 | 10\n4 | 6.5");
    assertThat(shown(out.get(Quarantine.TABLE).select("source", "reason")))
        .containsExactly(
            "enrolments | left_at lies before enrolled_at",
            "rewards | kind: 'gift' is none of earn, redeem, expire, adjust",
            "rewards | points are negative; only kind adjust is signed",
            "surveys | an nps score is not a whole number from 0 to 10",
            "surveys | question is none of nps, csi:ASPECT, servqual:DIMENSION:expected, servqual:DIMENSION:perceived");
  }

  // --- repeats, later deliveries, line numbers ---

  @Test
  void equal_lines_are_one_or_two_as_the_study_says() throws IOException {
    write(
        "t.csv",
        "receipt,customer,at,amount\nr1,ann,2024-01-05,1\nr1,ann,2024-01-05,2\nr1,ann,2024-01-05,1\n");

    assertRows(
        ingest(csv("duplicates = drop")).get(Transactions.TABLE),
        Transactions.TABLE,
        "line_no | net_amount\n1 | 1\n2 | 2");
    assertRows(
        ingest(csv("duplicates = keep")).get(Transactions.TABLE),
        Transactions.TABLE,
        "line_no | net_amount\n1 | 1\n2 | 1\n3 | 2");
  }

  @Test
  void a_null_in_another_column_does_not_make_a_repeat() throws IOException {
    write(
        "t.csv",
        "receipt,customer,at,amount,a,b\nr1,ann,2024-01-05,1,x,\nr1,ann,2024-01-05,1,,x\n");

    assertThat(counts(ingest(csv("duplicates = drop")), Transactions.TABLE))
        .containsEntry("duplicate", 0L)
        .containsEntry("clean", 2L);
  }

  @Test
  void a_later_delivery_replaces_a_receipt_whole_whatever_the_order() throws IOException {
    String header = "receipt,customer,at,amount,sent\n";
    String first =
        "r1,ann,2024-01-05,1,2024-01-06\nr1,ann,2024-01-05,2,2024-01-06\nr2,bob,2024-01-05,7,2024-01-06\n";
    String second = "r1,ann,2024-01-05,3,2024-01-09\n";
    String study = csv("columns.delivered_at = sent").replace("%s/t.csv", "%s/deliveries/*.csv");
    for (List<String> order : List.of(List.of(first, second), List.of(second, first))) {
      write("deliveries/a.csv", header + order.get(0));
      write("deliveries/b.csv", header + order.get(1));

      Frames out = ingest(study);

      assertRows(
          out.get(Transactions.TABLE),
          Transactions.TABLE,
          """
          transaction_id | line_no | net_amount | delivered_at
          r1             | 1       | 3          | 2024-01-09
          r2             | 1       | 7          | 2024-01-06
          """);
      assertThat(counts(out, Transactions.TABLE))
          .containsEntry("superseded", 2L)
          .containsEntry("read", 4L);
    }
  }

  @Test
  void lines_of_a_receipt_in_two_files_are_united() throws IOException {
    write("a.csv", "receipt,customer,at,amount\nr1,ann,2024-01-31 23:59,1\n");
    write("b.csv", "receipt,customer,at,amount\nr1,ann,2024-02-01 00:01,2\n");

    assertRows(
        ingest(csv("").replace("t.csv", "*.csv")).get(Transactions.TABLE),
        Transactions.TABLE,
        "line_no | month | net_amount\n1 | 2024-01-01 | 1\n2 | 2024-01-01 | 2");
  }

  @Test
  void a_line_number_given_twice_leaves_one_line_and_counts_the_other() throws IOException {
    write(
        "t.csv",
        "receipt,customer,at,amount,line\nr1,ann,2024-01-05,1,7\nr1,ann,2024-01-05,2,7\nr1,ann,2024-01-05,3,8\n");

    Frames out = ingest(csv("columns.line_no = line"));

    assertThat(counts(out, Transactions.TABLE))
        .containsEntry("clean", 2L)
        .containsEntry("superseded", 1L);
    assertThat(shown(out.get(Transactions.TABLE).select("line_no"))).containsExactly("7", "8");
  }

  @Test
  void of_a_customer_the_latest_file_stands() throws IOException {
    write("t.csv", "receipt,customer,at,amount\nr1,ann,2024-01-05,1\n");
    write("c1.csv", "id,town\nann,Bonn\nbob,Köln\n");
    write("c2.csv", "id,town\nann,Berlin\nbob,Köln\n");
    Files.setLastModifiedTime(
        folder.resolve("c1.csv"), FileTime.from(Instant.parse("2024-03-01T00:00:00Z")));
    Files.setLastModifiedTime(
        folder.resolve("c2.csv"), FileTime.from(Instant.parse("2024-02-01T00:00:00Z")));

    Frames out =
        ingest(
            csv("")
                + "\nsources.customers { format = csv, path = \"%s/c*.csv\", columns { customer_id = id, city = town }, attributes { kind = \"null\", town = town } }");

    assertThat(
            shown(
                out.get(Customers.TABLE)
                    .select("customer_id", "city", "delivered_at", "attributes")))
        .containsExactly(
            "ann | Bonn | 2024-03-01 00:00:00.0 | Map(town -> Bonn)",
            "bob | Köln | 2024-03-01 00:00:00.0 | Map(town -> Köln)");
    assertThat(counts(out, Customers.TABLE))
        .containsEntry("superseded", 1L)
        .containsEntry("duplicate", 1L);
  }

  // --- text as it comes ---

  @Test
  void a_byte_order_mark_and_windows_line_ends_leave_no_trace() throws IOException {
    write(
        "t.csv",
        "\uFEFFreceipt,customer,at,amount\r\nr1,ann,2024-01-05,1\r\nr2,ann,2024-01-06,x\r\n\r\n");

    Frames out = ingest("max-quarantine-share = 1\n" + csv(""));

    assertRows(
        out.get(Transactions.TABLE), Transactions.TABLE, "transaction_id | net_amount\nr1 | 1");
    assertThat(shown(out.get(Quarantine.TABLE).select("row")))
        .containsExactly("r2,ann,2024-01-06,x");
  }

  @Test
  void quoted_newlines_and_doubled_quotes_are_part_of_a_value() throws IOException {
    write(
        "t.csv",
        "\uFEFFreceipt,customer,at,amount,product\r\nr1,ann,2024-01-05,1,\"a \"\"5\"\"\"\" plate\nin two lines, green\"\r\nr2,bob,2024-01-05,2,plain\r\n");

    Frames out = ingest(csv("options.multiLine = true, columns.product_id = product"));

    assertThat(
            shown(
                out.get(Transactions.TABLE).select("transaction_id", "customer_id", "product_id")))
        .containsExactly("r1 | ann | a \"5\"\" plate\nin two lines, green", "r2 | bob | plain");
  }

  @Test
  void semicolons_and_decimal_commas_are_read_by_the_readers_options() throws IOException {
    write(
        "t.csv",
        "receipt;customer;at;amount\nr1;ann;05.01.2024 10:00;1.234,50\nr2;ann;05.01.2024 10:00;12,5\nr3;ann;05.01.2024 10:00;12.50\nr4;ann;2024-01-05;1\n");

    Frames out =
        ingest(
            "max-quarantine-share = 1\n"
                + csv(
                    "options { sep = \";\", locale = \"de-DE\", timestampFormat = \"dd.MM.yyyy HH:mm\" }, types { amount = \"decimal(12,2)\" }"));

    assertRows(
        out.get(Transactions.TABLE),
        Transactions.TABLE,
        "transaction_id | occurred_at | net_amount\nr1 | 2024-01-05 10:00:00 | 1234.5\nr2 | 2024-01-05 10:00:00 | 12.5");
    assertThat(shown(out.get(Quarantine.TABLE).select("row", "reason")))
        .containsExactly(
            "r3;ann;05.01.2024 10:00;12.50 | amount: '12.50' is not decimal(12,2); net_amount: missing",
            "r4;ann;2024-01-05;1 | occurred_at: '2024-01-05' is not TIMESTAMP");
  }

  @Test
  void a_date_that_only_older_parsers_took_is_quarantined() throws IOException {
    write(
        "t.csv",
        "receipt,customer,at,amount\nr1,ann,1.3.2024 10:00,1\nr2,ann,01.03.2024 10:00:30,1\nr3,ann,01.03.2024 10:00,1\n");

    Frames out =
        ingest(
            "max-quarantine-share = 1\n" + csv("options.timestampFormat = \"dd.MM.yyyy HH:mm\""));

    assertRows(
        out.get(Transactions.TABLE),
        Transactions.TABLE,
        "transaction_id | occurred_at\nr3 | 2024-03-01 10:00:00");
    assertThat(shown(out.get(Quarantine.TABLE).select("reason")))
        .containsExactly(
            "occurred_at: '01.03.2024 10:00:30' is not TIMESTAMP",
            "occurred_at: '1.3.2024 10:00' is not TIMESTAMP");
  }

  @Test
  void more_decimals_than_a_type_has_are_not_rounded_away() throws IOException {
    write(
        "t.csv",
        "receipt,customer,at,amount\nr1,ann,2024-01-05,7.0100\nr2,ann,2024-01-05,7.005555\n");

    Frames out = ingest("max-quarantine-share = 1\n" + csv("types.amount = \"decimal(10,2)\""));

    assertRows(
        out.get(Transactions.TABLE), Transactions.TABLE, "transaction_id | net_amount\nr1 | 7.01");
    assertThat(shown(out.get(Quarantine.TABLE).select("reason")))
        .containsExactly("amount: '7.005555' is not decimal(10,2); net_amount: missing");
  }

  @Test
  void a_mapped_line_number_that_is_missing_is_quarantined() throws IOException {
    write(
        "t.csv",
        "receipt,customer,at,amount,line\nr1,ann,2024-01-05,1,\nr1,ann,2024-01-05,2,\nr1,ann,2024-01-05,3,1\n");

    Frames out = ingest("max-quarantine-share = 1\n" + csv("columns.line_no = line"));

    assertThat(counts(out, Transactions.TABLE))
        .containsEntry("clean", 1L)
        .containsEntry("superseded", 0L);
    assertThat(shown(out.get(Quarantine.TABLE).select("reason")))
        .containsExactly("line_no: missing", "line_no: missing");
  }

  @Test
  void an_id_that_comes_as_a_fraction_loses_it() {
    spark()
        .sql("select 1.0d r, 17850.0d c, timestamp'2024-07-01' t, 1 amount")
        .write()
        .parquet(folder.resolve("f").toString());

    assertRows(
        ingest(
                "sources.transactions { format = parquet, path = \"%s/f\", columns { transaction_id = r, customer_id = c, occurred_at = t, net_amount = amount } }")
            .get(Transactions.TABLE),
        Transactions.TABLE,
        "transaction_id | customer_id\n1 | 17850");
  }

  @Test
  void every_path_of_a_delta_source_is_read() {
    for (String name : List.of("d1", "d2")) {
      spark()
          .sql("select '" + name + "' r, timestamp'2024-07-01' t, 1 amount")
          .write()
          .format("delta")
          .save(folder.resolve(name).toString());
    }

    assertThat(
            shown(
                ingest(
                        "sources.transactions { format = delta, path = [\"%1$s/d1\", \"%1$s/d2\"], columns { transaction_id = r, occurred_at = t, net_amount = amount } }")
                    .get(Transactions.TABLE)
                    .select("transaction_id")))
        .containsExactly("d1", "d2");
  }

  @Test
  void a_column_without_a_name_does_not_stop_a_file() throws IOException {
    write("t.csv", ",receipt,customer,at,amount\n0,r1,ann,2024-01-05,1\n");

    assertRows(
        ingest(csv("")).get(Transactions.TABLE),
        Transactions.TABLE,
        "transaction_id | net_amount\nr1 | 1");
  }

  @Test
  void a_gzipped_file_and_an_encoding_are_read() throws IOException {
    try (OutputStream gz =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("t.csv.gz")))) {
      gz.write(
          "receipt,customer,at,amount\nr1,Jürgen,2024-01-05,1\n"
              .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    assertRows(
        ingest(csv("options.encoding = ISO-8859-1").replace("t.csv", "t.csv.gz"))
            .get(Transactions.TABLE),
        Transactions.TABLE,
        "transaction_id | customer_id\nr1 | Jürgen");
  }

  @Test
  void json_values_keep_their_text_and_broken_lines_are_quarantined() throws IOException {
    write(
        "t.json",
        "{\"receipt\":1,\"who\":{\"id\":\"ann\"},\"at\":\"2024-01-05T10:00:00+02:00\",\"amount\":15.30}\n{\"receipt\":2,\n{\"receipt\":3,\"who\":{},\"at\":\"2024-01-05\",\"amount\":\"1,5\"}\n");

    Frames out =
        ingest(
            "max-quarantine-share = 1\nsources.transactions { format = json, path = \"%s/t.json\", columns { transaction_id = receipt, customer_id = who.id, occurred_at = at, net_amount = amount } }");

    assertRows(
        out.get(Transactions.TABLE),
        Transactions.TABLE,
        "transaction_id | customer_id | occurred_at | net_amount\n1 | ann | 2024-01-05 08:00:00 | 15.3");
    assertThat(shown(out.get(Quarantine.TABLE).select("row", "reason")))
        .containsExactly(
            "{\"amount\":\"1,5\",\"at\":\"2024-01-05\",\"receipt\":\"3\",\"who\":{}} | net_amount: '1,5' is not DECIMAL(18,4)",
            "{\"receipt\":2, | malformed line");
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "delta"})
  void an_instant_stays_and_a_local_time_is_placed_in_the_sources_zone(String format) {
    spark()
        .sql(
            "select 'r1' r, timestamp'2024-07-01 00:30:00' instant, timestamp_ntz'2024-07-01 00:30:00' local, date'2024-07-01' day, 0.1d + 0.2d amount")
        .write()
        .format(format)
        .save(folder.resolve("t").toString());
    for (Map.Entry<String, String> expected :
        Map.of(
                "instant",
                "2024-07-01 00:30:00",
                "local",
                "2024-06-30 22:30:00",
                "day",
                "2024-06-30 22:00:00")
            .entrySet()) {
      Frames out =
          ingest(
              "time-zone = \"Europe/Berlin\"\nsources.transactions { format = "
                  + format
                  + ", path = \"%s/t\", columns { transaction_id = r, occurred_at = "
                  + expected.getKey()
                  + ", net_amount = amount } }");

      assertRows(
          out.get(Transactions.TABLE),
          Transactions.TABLE,
          "occurred_at | month | net_amount\n" + expected.getValue() + " | 2024-07-01 | 0.3");
    }
  }

  // --- time ---

  @Test
  void daylight_saving_gaps_move_forward_and_ambiguous_hours_take_the_earlier_offset()
      throws IOException {
    write(
        "t.csv",
        """
        receipt,customer,at,amount
        gap,ann,2024-03-31 02:30,1
        before,ann,2024-03-31 01:30,1
        twice,ann,2024-10-27 02:30,1
        utc,ann,2024-10-27T02:30:00Z,1
        offset,ann,2024-10-27 02:30:00+01:00,1
        month,ann,2024-03-31 23:59:59.999,1
        """);

    assertRows(
        ingest("time-zone = \"Europe/Berlin\"\n" + csv("")).get(Transactions.TABLE),
        Transactions.TABLE,
        """
        transaction_id | occurred_at             | month
        gap            | 2024-03-31 01:30:00     | 2024-03-01
        before         | 2024-03-31 00:30:00     | 2024-03-01
        twice          | 2024-10-27 00:30:00     | 2024-10-01
        utc            | 2024-10-27 02:30:00     | 2024-10-01
        offset         | 2024-10-27 01:30:00     | 2024-10-01
        month          | 2024-03-31 21:59:59.999 | 2024-03-01
        """);
  }

  @Test
  void a_source_has_its_own_zone_and_months_are_cut_in_the_studys() throws IOException {
    write("t.csv", "receipt,customer,at,amount\nr1,ann,2024-01-31 20:00,1\n");

    assertRows(
        ingest("time-zone = \"Asia/Tokyo\"\n" + csv("time-zone = \"America/New_York\""))
            .get(Transactions.TABLE),
        Transactions.TABLE,
        "occurred_at | month\n2024-02-01 01:00:00 | 2024-02-01");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTC", "America/New_York", "Asia/Tokyo"})
  void a_database_gives_the_same_rows_in_any_zone_of_the_jvm(String jvmZone) throws Exception {
    String url = "jdbc:hsqldb:mem:" + jvmZone.replace('/', '_');
    TimeZone before = TimeZone.getDefault();
    try (Connection database = DriverManager.getConnection(url, "SA", "secret-one");
        Statement sql = database.createStatement()) {
      sql.execute(
          "create table sales (id int, who varchar(9), sold_at timestamp, on_day date, amount decimal(9,2))");
      sql.execute(
          "insert into sales values (1, 'ann', timestamp '1997-01-01 00:00:00', date '1997-01-01', 1.25)");
      sql.execute(
          "insert into sales values (2, null, timestamp '2024-06-30 23:30:00', date '2024-06-30', -2)");
      TimeZone.setDefault(TimeZone.getTimeZone(jvmZone));

      String source =
          "time-zone = \"Europe/Berlin\"\nsources.transactions { format = jdbc, options { url = \""
              + url
              + "\", dbtable = sales, user = SA, password = \"secret-one\" }, columns { transaction_id = ID, customer_id = WHO, occurred_at = %s, net_amount = AMOUNT } }";

      assertRows(
          ingest(source.formatted("SOLD_AT")).get(Transactions.TABLE),
          Transactions.TABLE,
          """
          transaction_id | customer_id | occurred_at         | month      | net_amount
          1              | ann         | 1996-12-31 23:00:00 | 1997-01-01 | 1.25
          2              |             | 2024-06-30 21:30:00 | 2024-06-01 | -2
          """);
      assertRows(
          ingest(source.formatted("ON_DAY")).get(Transactions.TABLE),
          Transactions.TABLE,
          "transaction_id | occurred_at | month\n1 | 1996-12-31 23:00:00 | 1997-01-01\n2 | 2024-06-29 22:00:00 | 2024-06-01");
      sql.execute("drop table sales");
    } finally {
      TimeZone.setDefault(before);
    }
  }

  // --- laws ---

  @Test
  void results_do_not_change_with_partitions_and_the_order_of_files() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      lines.append(
          "r"
              + i % 97
              + ","
              + (i % 10 == 0 ? "" : "c" + i % 7)
              + ",2024-0"
              + (1 + i % 3)
              + "-1"
              + i % 9
              + ","
              + (i % 13 - 3)
              + ".50\n");
    }
    List<String> all = lines.toString().lines().toList();
    String before = spark().conf().get("spark.sql.shuffle.partitions");
    List<String> expected = null;
    try {
      for (int partitions : new int[] {1, 3, 16}) {
        spark().conf().set("spark.sql.shuffle.partitions", partitions);
        int cut = 400 / (partitions + 1);
        write(
            "p" + partitions + "/a.csv",
            "receipt,customer,at,amount\n" + String.join("\n", all.subList(cut, 400)) + "\n");
        write(
            "p" + partitions + "/b.csv",
            "receipt,customer,at,amount\n" + String.join("\n", all.subList(0, cut)) + "\n");

        Frames out = ingest(csv("").replace("t.csv", "p" + partitions + "/*.csv"));

        List<String> shown = shown(out.get(Transactions.TABLE).drop("delivered_at", "delivery"));
        shown.add(counts(out, Transactions.TABLE).toString());
        expected = expected == null ? shown : expected;
        assertThat(shown).isEqualTo(expected);
      }
    } finally {
      spark().conf().set("spark.sql.shuffle.partitions", before);
    }
  }

  @Test
  void ingest_shuffles_a_delivery_once() throws IOException {
    write("t.csv", "receipt,customer,at,amount\nr1,ann,2024-01-05,1\n");
    Study study = study(csv(""));
    Source source = study.sources().get("transactions");
    spark().conf().set("spark.sql.adaptive.enabled", "false");
    try {
      Dataset<Row> judged =
          Replacement.ofReceipts(
              Mapping.judge(new SourceReader(spark(), Instant.EPOCH).read(source), study),
              source,
              study.timeZone());

      assertThat(judged.queryExecution().executedPlan().toString().split("Exchange ", -1))
          .hasSize(2);
    } finally {
      spark().conf().unset("spark.sql.adaptive.enabled");
    }
  }

  // --- refusals ---

  @Test
  void what_cannot_be_read_is_refused_with_its_reason() throws IOException {
    write("t.csv", "receipt,customer,at,amount\nr1,ann,2024-01-05,1\n");
    write("empty.csv", "");
    write("header.csv", "receipt,customer,at,amount\n");
    write("m/a.csv", "receipt,customer,at,amount\nr1,ann,2024-01-05,1\n");
    write("m/b.csv", "customer,receipt,at,amount\nann,r1,2024-01-05,1\n");
    write("cut.csv.gz", "this is no gzip");
    write("fake.parquet", "PAR0 no parquet at all");

    assertRefused(
        csv("").replace("t.csv", "none.csv"),
        "Source transactions cannot be read (csv ",
        "none.csv",
        "Path does not exist",
        "Correct sources.transactions.path");
    assertRefused(csv("").replace("t.csv", "empty.csv"), "Source transactions delivered no rows");
    assertRefused(csv("").replace("t.csv", "header.csv"), "Source transactions delivered no rows");
    assertRefused(
        csv("").replace("t.csv", "m/*.csv"), "its files differ in their header", "customer");
    assertRefused(
        csv("").replace("t.csv", "cut.csv.gz"), "a compressed file is damaged or cut off");
    assertRefused(
        csv("").replace("t.csv", "fake.parquet").replace("format = csv", "format = parquet"),
        "a file is no Parquet");
  }

  @Test
  void all_wrong_expressions_are_told_together_with_the_columns_there_are() throws IOException {
    write("t.csv", "receipt,customer,at,amount\nr1,ann,2024-01-05,1\n");

    assertThatThrownBy(
            () ->
                ingest(
                    csv(
                        "types.amout = int, columns { transaction_id = recipt, customer_id = \"max(customer)\", occurred_at = \"int(amount)\", net_amount = \"amount +\", quantity = \"explode(array(1,2))\" }, filters.f = amount")))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("types.amout: the source has no such column")
        .hasMessageContaining(
            "columns.transaction_id = \"recipt\": A column or function parameter with name `recipt` cannot be resolved")
        .hasMessageContaining(
            "columns.customer_id = \"max(customer)\": A query operator contains one or more unsupported expressions")
        .hasMessageContaining(
            "columns.occurred_at = \"int(amount)\": gives INT, not TIMESTAMP; use timestamp_seconds")
        .hasMessageContaining("columns.net_amount = \"amount +\": Syntax error at or near")
        .hasMessageContaining("columns.quantity = \"explode(array(1,2))\": ")
        .hasMessageContaining("filters.f = \"amount\": gives STRING, not a condition")
        .hasMessageContaining("The source has the columns [receipt, customer, at, amount]");
  }

  @Test
  void a_database_that_refuses_is_told_without_its_password() {
    assertThatThrownBy(
            () ->
                ingest(
                    "sources.transactions { format = jdbc, options { url = \"jdbc:hsqldb:res:nothing;password=hidden-1\", dbtable = sales, user = SA, password = \"hidden-2\" }, columns { transaction_id = ID, occurred_at = AT, net_amount = AMOUNT } }"))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining(
            "Source transactions cannot be read (database jdbc:hsqldb:res:nothing")
        .hasMessageContaining("the database refuses")
        .hasMessageNotContaining("hidden");
  }

  @Test
  void too_many_rejected_rows_end_the_run() throws IOException {
    write("t.csv", "receipt,customer,at,amount\nr1,ann,2024-01-05,1\nr2,ann,2024-01-05,x\n");

    assertRefused(
        csv(""),
        "Source transactions: 1 of 2 rows (50.0 %) would be quarantined, more than max-quarantine-share = 0.05 allows; nothing was replaced.",
        "net_amount: 'x' is not DECIMAL(18,4)");
  }

  @Test
  void check_maps_the_first_rows_and_writes_nothing() throws IOException {
    write("t.csv", "receipt,customer,at,amount\nr1,ann,2024-01-05,1\nr2,ann,2024-01-05,x\n");

    assertThat(IngestJob.check(spark(), study(csv(""))))
        .containsExactly(
            "transactions: 4 columns mapped; of its first 2 rows 1 would be quarantined (net_amount: 'x' is not DECIMAL(18,4)); a run refuses more than max-quarantine-share = 0.05");
    assertThat(folder).isDirectoryNotContaining("glob:**{delta,warehouse}**");
  }

  // --- helpers ---

  private void assertRefused(String hocon, String... parts) {
    var refusal = assertThatThrownBy(() -> ingest(hocon)).isInstanceOf(UserFault.class);
    for (String part : parts) {
      refusal.hasMessageContaining(part);
    }
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(UTF_8));
  }

  /** A CSV source with four columns and {@code more} keys. */
  private static String csv(String more) {
    return "sources.transactions { format = csv, path = \"%s/t.csv\"\n" + COLUMNS + more + "\n}";
  }

  private Study study(String hocon) {
    String base = "study = test, currency = EUR\n";
    return StudyReader.parse(
        base + hocon.replace("%s", folder.toString()).replace("%1$s", folder.toString()),
        "test",
        List.of(),
        Map.of());
  }

  private Frames ingest(String hocon) {
    return new IngestJob().run(new Frames(spark()), study(hocon));
  }

  private static Map<String, Long> counts(Frames out, Table table) {
    Map<String, Long> counts = new TreeMap<>();
    for (Row row :
        out.get(RunCounts.TABLE)
            .where(col(RunCounts.TABLE_NAME).equalTo(table.name()))
            .collectAsList()) {
      counts.put(row.getString(3), row.getLong(4));
    }
    long sum =
        counts.get("clean")
            + counts.get("quarantined")
            + counts.get("duplicate")
            + counts.get("filtered")
            + counts.get("superseded");
    assertThat(counts.get("read")).isEqualTo(sum);
    return counts;
  }
}
