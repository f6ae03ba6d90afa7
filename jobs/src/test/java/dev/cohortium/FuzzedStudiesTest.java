package dev.cohortium;

import static dev.cohortium.CommandLineTest.answer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigUtil;
import dev.cohortium.CommandLineTest.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five hundred studies that a fixed seed has spoilt, through {@code check}: each is valid or
 * refused with a sentence, and none breaks the program or shows a secret.
 */
class FuzzedStudiesTest extends SparkTest {
  private static final int STUDIES = 500;

  /** Of them, those that set one key of a good study to a trick, most of which only Spark finds. */
  private static final int TRICKS = 90;

  private static final String SECRET = "hunter2";

  /** Stands for the folder of the data while a study is spoilt, so that its length is the same. */
  private static final String DATA = "DATA";

  private static final List<String> SQL_KEYS =
      List.of(
          "sources.transactions.columns.net_amount",
          "sources.transactions.columns.occurred_at",
          "sources.transactions.columns.transaction_id",
          "sources.transactions.filters.trick",
          "sources.customers.columns.birth_year",
          "sources.customers.attributes.trick",
          "segments.region");

  /** One a line: more than a function of one row, none at all, or one that fails. */
  private static final String SQL =
      """
      (select max(Price) from receipts)
      (select Price)
      exists(select 1 from text.`/no/such/file`)
      Qty in (select 1)
      1; drop table receipts
      Qty * Price -- comment
      Qty * Price /* open
      Qty * Price) or (1 = 1
      '; drop table receipts; --
      ' or '1' = '1
      sum(Price)
      count(distinct Card)
      max(Price) over (partition by Card)
      row_number() over (order by Price)
      explode(array(1, 2))
      stack(2, 1, 2)
      grouping_id()
      window(now(), '1 day')
      session_window(now(), '1 day').start
      rand()
      uuid()
      monotonically_increasing_id()
      input_file_name()
      reflect('java.util.UUID', 'randomUUID')
      no_such_function(Price)
      no_such_column
      Price.a.b
      `Pri``ce`
      __cohortium_file
      _metadata.file_size
      *
      struct(*)
      Price, Qty
      Price as x
      x -> x
      :parameter
      ?
      case when Price > 1 then Price
      cast(Price as banana)
      cast(Price as decimal(99, 99))
      1e400
      1e999999999BD
      1e-999999999BD
      99999999999999999999999999999999999999999999999999
      X'GG'
      date'2024-99-99'
      interval '99999999999' year
      interval 1 day
      null
      array(map('a', 1))
      raise_error('boom')
      assert_true(false)
      element_at(array(1), 0)
      map(1, 2, 1, 3)[1]
      regexp_extract('a', '(', 1)
      'a' rlike '('
      date_format(now(), 'YYYY')
      date_format(now(), 'banana')
      to_timestamp('2024', 'QQQQQ e')
      from_utc_timestamp(now(), 'Mars/Phobos')
      from_utc_timestamp(timestamp_micros(9223372036854775807), 'Asia/Tokyo')
      timestamp_seconds(99999999999999)
      date_add(date'9999-12-31', 214748364)
      timestampadd(YEAR, 999999999, now())
      url_decode(concat(Card, '%zz'))
      decode(unhex('ff'), 'banana')
      from_json(Card, 'a int', map('mode', 'FAILFAST')).a
      from_json(Card, 'garbage(')
      xpath_double('<a', 'a')
      xpath_string(Card, '///')
      format_string('%d', Card)
      format_string('%z', Card)
      sequence(1, 0, 0)[0]
      size(sequence(1, 3000000000))
      aes_decrypt(unhex('ff'), 'x')
      to_number('a', '999')
      double('NaN')
      1 / 0
      'unclosed
      `unclosed
      "double"
      😀
      '😀'
      {{8000*(}}1{{8000*)}}
      {{2400*1 + }}1
      {{120*abs(}}1{{120*)}}
      {{2000*array(}}1
      '{{9000*x}}'
      '{{90000*x}}'
      """;

  private static final List<String> PATH_KEYS =
      List.of("sources.transactions.path", "sources.customers.path");

  private static final String PATHS =
      """
      [
      {a
      DATA/[z-a].csv
      DATA/{a,{b}
      DATA/{receipts,none}.csv
      DATA/**/*.csv
      DATA/*
      DATA
      DATA/..
      DATA/receipts.csv DATA/customers.csv
      DATA/receipts.csv?x=y#z
      DATA/rec%65ipts.csv
      ../../../../../../../../etc/passwd
      /dev/null
      /no/such/file
      ~/receipts.csv
      $HOME
      :
      a:b
      C:\\receipts.csv
      \\\\host\\share
      //host/share
      file:
      file:DATA/receipts.csv
      file:///no/such/file
      s3a://bucket/receipts.csv
      nope://bucket/receipts.csv
      http://127.0.0.1:1/receipts.csv
      ftp://127.0.0.1:1/receipts.csv
      hdfs:///receipts.csv
      har:///receipts.csv
      har://file/receipts.csv
      viewfs:///receipts.csv
      jar:file:/x!/y
      javascript:alert(1)
      '; drop table x; --
      😀
      {{100*{a,b}}
      {{300*a}}
      {{3000*../}}x
      {{9000*a}}
      """;

  /** Keys with the values that they are given, as HOCON. */
  private static final String SETTINGS =
      """
      sources.transactions.options.sep = ""
      sources.transactions.options.sep = "\\n"
      sources.transactions.options.sep = "\\u0000"
      sources.transactions.options.quote = ab
      sources.transactions.options.encoding = banana
      sources.transactions.options.encoding = UTF-16
      sources.transactions.options.timestampFormat = banana
      sources.transactions.options.timestampFormat = "dd.MM.yyyy'T"
      sources.transactions.options.locale = de_DE
      sources.transactions.options.header = banana
      sources.transactions.options.multiLine = banana
      sources.transactions.options.maxColumns = 2
      sources.transactions.options.maxColumns = -1
      sources.transactions.options.maxCharsPerColumn = 1
      sources.transactions.options.inputBufferSize = 0
      sources.transactions.options.lineSep = abc
      sources.transactions.options.pathGlobFilter = "["
      sources.transactions.options.compression = banana
      sources.transactions.options.columnNameOfCorruptRecord = Receipt
      sources.transactions.options.path = "/etc/passwd"
      sources.transactions.options.timeZone = banana
      sources.transactions.options.modifiedAfter = banana
      sources.transactions.options.io.file.buffer.size = -1
      sources.transactions.options = [1]
      sources.transactions.options { a { b { c { d = 1 } } } }
      sources.transactions.format = json
      sources.transactions.format = parquet
      sources.transactions.format = delta
      sources.transactions.format = "csv; drop table x"
      sources.transactions.types.Price = "int; drop table x"
      sources.transactions.types.Price = "decimal(38,38)"
      sources.transactions.types.Price = "decimal(99,1)"
      sources.transactions.types.SoldAt = date
      sources.transactions.types."a`b" = int
      sources.transactions.filters."x'); drop table y; --" = "true"
      sources.transactions.path = [[]]
      sources.transactions.path = [DATA/receipts.csv, DATA/receipts.csv]
      sources.transactions.time-zone = Mars/Phobos
      sources.transactions = 5
      sources = []
      sources.stores { format = jdbc, options { url = "jdbc:nope:x", dbtable = x, password = hunter2 }, columns { store_id = a } }
      sources.stores { format = jdbc, options { url = "jdbc:hsqldb:mem:fuzz;password=hunter2", dbtable = "x; drop table y" }, columns { store_id = a } }
      sources.stores { format = jdbc, options { url = "jdbc:hsqldb:mem:fuzz", dbtable = x, driver = java.util.List, password = hunter2 }, columns { store_id = a } }
      sources.stores { format = delta, path = ":", columns { store_id = a } }
      sources.stores { format = json, path = DATA/receipts.csv, columns { store_id = a } }
      study = "../../etc"
      study = "{{300*a}}"
      currency = "EUR; drop table x"
      time-zone = "{{9000*A/}}"
      as-of = "-0001-01"
      as-of = 9999999999-01
      plausible.from = "-999999999-01-01"
      plausible.until = "+999999999-12-31"
      max-quarantine-share = 1e-999999999
      max-quarantine-share = 1e999999999
      max-quarantine-share = NaN
      privacy.smallest-cell = -99999999999999999999
      cohorts.inactive-months = 1.5
      cohorts.by = [[[[[]]]]]
      publish = [{{2000*a,}}b]
      programmes."a/../b".launched = 2024-02-30
      password = ${sources.orders.password}
      a = ${b}, b = ${a}
      a = ${?NO_SUCH_VARIABLE}, study = ${NO_SUCH_VARIABLE}
      sources = ${sources} ${sources.transactions}
      include "other.conf"
      include required(file("/etc/passwd"))
      include url("http://127.0.0.1:1/x")
      {{10000*a { }}
      {{10000*a { }}{{10000*} }}
      {{10000*a.}}a = 1
      definitions = {{10000*[}}{{10000*]}}
      """;

  private static final List<String> VALUES =
      List.of(
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
          "\"\\u0000\"",
          "\"" + "9".repeat(5000) + "\"",
          "\"\uD800\"",
          "\"../../x\"",
          "\"'; drop table x; --\"",
          "\"\u202Eabc\u001B[31m\"");

  @TempDir private static Path folder;

  /** A spoilt study: how, and its bytes. */
  private record Spoilt(String how, ByteBuffer bytes) {}

  @Test
  void a_spoilt_study_is_valid_or_refused_with_a_sentence() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    sample("receipts.csv", data, 20);
    sample("customers.csv", data, 10);
    int[] answers = new int[3];
    for (Spoilt spoilt : studies()) {
      answers[check(spoilt).status()]++;
    }
    assertThat(answers[0]).as("valid of " + STUDIES).isGreaterThan(STUDIES / 25);
    assertThat(answers[2]).as("refused of " + STUDIES).isGreaterThan(STUDIES / 2);
  }

  private static void sample(String name, Path data, int lines) throws IOException {
    Path whole = Project.root().resolve("data-samples/shop").resolve(name);
    Files.write(data.resolve(name), Files.readAllLines(whole).subList(0, lines));
  }

  private static Answer check(Spoilt spoilt) throws IOException {
    Path file = Files.write(folder.resolve("spoilt.conf"), spoilt.bytes().array());
    Answer answer = answer("check", "--study", file.toString());
    assertThat(answer.status()).as(spoilt.how() + "\n" + answer.err()).isIn(0, 2);
    assertThat(answer.err())
        .as(spoilt.how())
        .doesNotContain("\tat ", "Exception in thread", "Caused by", "java.lang.", SECRET);
    if (answer.status() == 2) {
      assertThat(answer.err())
          .as(spoilt.how())
          .containsPattern("(?m)^(Study|Source|Segment) .*\\S+ \\S+ \\S+");
    }
    return answer;
  }

  // --- the studies ---

  private static List<Spoilt> studies() throws IOException {
    Random random = new Random(20240912);
    List<Spoilt> studies = new ArrayList<>(tricks(random));
    List<String> whole = List.of(shop(), shop(), foodMart(), onlineRetail(), reference());
    while (studies.size() < STUDIES) {
      // The last, which has every key but no data, most often: it is refused soonest.
      String study = whole.get(Math.min(random.nextInt(12), whole.size() - 1));
      studies.add(random.nextInt(8) == 0 ? ofOtherBytes(study, random) : slipped(study, random));
    }
    return studies;
  }

  private static String shop() throws IOException {
    return conf("shop.conf").replace("data-samples/shop", DATA);
  }

  /** With a database that is not there and a password that is a secret. */
  private static String foodMart() throws IOException {
    return conf("foodmart.conf")
        .replace("jdbc:hsqldb:res:foodmart", "jdbc:hsqldb:mem:fuzz")
        .replace("password = \"FOODMART\"", "password = \"" + SECRET + "\"");
  }

  private static String onlineRetail() throws IOException {
    return conf("online-retail.conf")
        .replace("data/online-retail/*.csv.gz", DATA + "/receipts.csv");
  }

  /** With every key that is an example there. */
  private static String reference() throws IOException {
    return conf("reference.conf")
        .replaceAll("(?m)^(\\s*)#(?=[a-z}])", "$1")
        .replace("${?DB_PASSWORD}", "\"" + SECRET + "\"");
  }

  private static String conf(String name) throws IOException {
    return Files.readString(Project.root().resolve("conf").resolve(name));
  }

  private static Spoilt spoilt(String how, String study) {
    return new Spoilt(how, ByteBuffer.wrap(withData(study).getBytes(UTF_8)));
  }

  private static String withData(String study) {
    return study.replace(DATA, folder.resolve("data").toString());
  }

  // --- one key set to a trick ---

  private static List<Spoilt> tricks(Random random) throws IOException {
    List<String> lines = new ArrayList<>(lines(SETTINGS));
    lines(SQL).forEach(sql -> lines.add(setting(anyOf(SQL_KEYS, random), sql)));
    lines(PATHS).forEach(path -> lines.add(setting(anyOf(PATH_KEYS, random), path)));
    Collections.shuffle(lines, random);
    String shop = shop();
    return lines.stream().limit(TRICKS).map(line -> spoilt(line, shop + "\n" + line)).toList();
  }

  private static String setting(String key, String value) {
    return key + " = " + ConfigUtil.quoteString(value);
  }

  /** The lines of a text; {@code {{3*ab}}} stands for ababab. */
  private static List<String> lines(String text) {
    Pattern repeated = Pattern.compile("\\{\\{(\\d+)\\*(.*?)}}(?!})");
    return text.lines().map(line -> repeated.matcher(line).replaceAll(r -> quoted(r))).toList();
  }

  private static String quoted(MatchResult repeated) {
    return java.util.regex.Matcher.quoteReplacement(
        repeated.group(2).repeat(Integer.parseInt(repeated.group(1))));
  }

  private static <T> T anyOf(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  // --- slips of the hand ---

  /** After one to three slips: of a letter, of a line, or of a value. */
  private static Spoilt slipped(String study, Random random) {
    StringBuilder text = new StringBuilder(study);
    for (int slips = 1 + random.nextInt(3); slips > 0; slips--) {
      slip(text, random);
    }
    return spoilt(text.toString(), text.toString());
  }

  private static void slip(StringBuilder text, Random random) {
    String signs = "{}[]\"=:,.$#\\+\n\t\u0000\u00A0 a1;'`";
    int at = random.nextInt(text.length());
    int end = Math.min(text.length(), at + random.nextInt(80));
    switch (random.nextInt(6)) {
      case 0 -> text.deleteCharAt(at);
      case 1 -> text.insert(at, signs.charAt(random.nextInt(signs.length())));
      case 2 -> text.delete(at, end);
      case 3 -> text.insert(at, text.substring(at, end));
      case 4 -> swapLines(text, random);
      default -> revalue(text, at, random);
    }
  }

  private static void swapLines(StringBuilder text, Random random) {
    List<String> lines = new ArrayList<>(text.toString().lines().toList());
    Collections.swap(lines, random.nextInt(lines.size()), random.nextInt(lines.size()));
    text.replace(0, text.length(), String.join("\n", lines));
  }

  /** Gives the next key after {@code at} a value of another kind. */
  private static void revalue(StringBuilder text, int at, Random random) {
    int equals = text.indexOf("= ", at);
    if (equals >= 0) {
      int end = equals + 2;
      while (end < text.length() && "\n,}".indexOf(text.charAt(end)) < 0) {
        end++;
      }
      text.replace(equals + 2, end, anyOf(VALUES, random));
    }
  }

  // --- bytes ---

  /** In another encoding, or with bytes that are none of UTF-8. */
  private static Spoilt ofOtherBytes(String study, Random random) {
    List<UnaryOperator<byte[]>> ways =
        List.of(
            bytes -> new String(bytes, UTF_8).getBytes(Charset.forName("UTF-16")),
            bytes -> ("\uFEFF" + new String(bytes, UTF_8)).getBytes(UTF_8),
            bytes -> new String(bytes, UTF_8).replace("\n", "\r\n").getBytes(UTF_8),
            bytes -> flipped(bytes, random),
            bytes -> inserted(bytes, random));
    int way = random.nextInt(ways.size());
    byte[] bytes = ways.get(way).apply(withData(study).getBytes(UTF_8));
    return new Spoilt("bytes spoilt in way " + way, ByteBuffer.wrap(bytes));
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    byte[] flipped = bytes.clone();
    flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return flipped;
  }

  private static byte[] inserted(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length);
    ByteArrayOutputStream inserted = new ByteArrayOutputStream();
    inserted.write(bytes, 0, at);
    inserted.write(0x80 + random.nextInt(0x80));
    inserted.write(bytes, at, bytes.length - at);
    return inserted.toByteArray();
  }
}
