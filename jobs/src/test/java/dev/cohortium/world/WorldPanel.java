package dev.cohortium.world;

import dev.cohortium.Given;
import dev.cohortium.config.World;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Exposures;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Table;
import java.math.BigDecimal;
import java.sql.Date;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The panel of a made-up world, without its receipts ever being written; and the truth. */
public final class WorldPanel {
  private static final StructType CUSTOMERS = Contracts.schema(Customers.TABLE);

  private final SparkSession session;
  private final Setting setting;
  private final int partitions;

  public WorldPanel(SparkSession session, World world, int partitions) {
    this.session = session;
    this.setting = new Setting(world);
    this.partitions = partitions;
  }

  /** What a life gives. */
  private interface Derivation extends java.io.Serializable {
    Iterator<Row> of(Setting setting, Life life);
  }

  /** The tables that comparisons read. */
  public Frames frames() {
    return new Frames(session)
        .with(
            CustomerMonths.TABLE,
            derived(WorldPanel::months, Contracts.schema(CustomerMonths.TABLE)))
        .with(Joinings.TABLE, derived(WorldPanel::joining, Contracts.schema(Joinings.TABLE)))
        .with(Customers.TABLE, derived(WorldPanel::customer, Contracts.schema(Customers.TABLE)))
        .with(Assignments.TABLE, delivered(Feed.ASSIGNMENTS, Assignments.TABLE))
        .with(Exposures.TABLE, delivered(Feed.EXPOSURES, Exposures.TABLE))
        .with(
            ReceiptMonths.TABLE,
            session.createDataFrame(List.of(), Contracts.schema(ReceiptMonths.TABLE)));
  }

  /** {@link Truth}. */
  public Dataset<Row> truth() {
    return derived((of, life) -> Truth.of(of, life).iterator(), Truth.SCHEMA);
  }

  /** What a feed delivers, as the table that its rows become; what it does not tell is null. */
  private Dataset<Row> delivered(Feed feed, Table table) {
    StructType texts = new StructType();
    for (String column : feed.columns()) {
      texts = texts.add(column, DataTypes.StringType);
    }
    Dataset<Row> rows =
        derived(
            (of, life) ->
                new Records(of, life)
                    .of(feed).stream().map(row -> RowFactory.create((Object[]) row)).iterator(),
            texts);
    return Given.as(table, rows);
  }

  private Dataset<Row> derived(Derivation derivation, StructType schema) {
    long all = (long) setting.world().customers() * setting.world().replicates();
    Setting shared = setting;
    return session
        .range(0, all, 1, partitions)
        .as(Encoders.LONG())
        .flatMap(
            (FlatMapFunction<Long, Row>) number -> derivation.of(shared, life(shared, number)),
            Encoders.row(schema));
  }

  private static Life life(Setting setting, long number) {
    int customers = setting.world().customers();
    return new Life(setting, Person.of(setting, (int) (number / customers), number % customers));
  }

  /** One month of receipts that show whose they are. */
  private static final class Month {
    private long orders;
    private long returns;
    private long gross;
    private long returned;
    private long discount;
    private long margin;
    private long items;
    private long days;
    private long categories;
  }

  private static Map<Integer, Month> monthsOf(Path path) {
    Map<Integer, Month> months = new HashMap<>();
    for (Receipt receipt : path.receipts()) {
      if (receipt.isAnonymous()) {
        continue;
      }
      Month month = months.computeIfAbsent(receipt.month(), key -> new Month());
      boolean isOrder = receipt.kind() == Receipt.Kind.ORDER;
      month.orders += isOrder ? 1 : 0;
      month.returns += isOrder ? 0 : 1;
      month.gross += isOrder ? receipt.net() : 0;
      month.returned -= isOrder ? 0 : receipt.net();
      month.margin += receipt.margin();
      month.items += receipt.items();
      month.days |= isOrder ? 1L << (1 + (int) (28 * (receipt.moment() - receipt.month()))) : 0;
      for (Receipt.Line line : receipt.lines()) {
        month.discount += line.discount();
        month.categories |= isOrder ? 1L << line.category() : 0;
      }
    }
    return months;
  }

  private static Iterator<Row> months(Setting setting, Life life) {
    List<Row> rows = new ArrayList<>();
    monthsOf(life.actual())
        .forEach(
            (number, month) ->
                rows.add(
                    RowFactory.create(
                        life.person().id(),
                        day(setting, number),
                        month.orders,
                        month.returns,
                        amount(month.items * 100),
                        amount(month.gross),
                        amount(month.returned),
                        amount(month.gross - month.returned),
                        amount(month.discount),
                        amount(month.margin),
                        Long.bitCount(month.days),
                        month.days,
                        Long.bitCount(month.categories),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null)));
    return rows.iterator();
  }

  private static Iterator<Row> joining(Setting setting, Life life) {
    Path path = life.actual();
    if (!path.hasJoined()) {
      return List.<Row>of().iterator();
    }
    long until = 0;
    long all = 0;
    boolean joinedAtOrder = false;
    int acquired = Integer.MAX_VALUE;
    for (Receipt receipt : path.receipts()) {
      if (receipt.kind() == Receipt.Kind.ORDER && !receipt.isAnonymous()) {
        acquired = Math.min(acquired, receipt.month());
        if (receipt.month() == path.joiningMonth()) {
          all++;
          until += receipt.moment() <= path.joinedAt() ? 1 : 0;
          joinedAtOrder |= receipt.moment() == path.joinedAt();
        }
      }
    }
    return List.of(
            RowFactory.create(
                "club",
                life.person().id(),
                day(setting, path.joiningMonth()),
                until,
                joinedAtOrder,
                null,
                null,
                all,
                acquired == Integer.MAX_VALUE ? null : day(setting, acquired),
                null))
        .iterator();
  }

  private static Iterator<Row> customer(Setting setting, Life life) {
    Person person = life.person();
    Map<String, String> attributes =
        new HashMap<>(Map.of("replicate", Integer.toString(person.replicate())));
    StructType schema = CUSTOMERS;
    Object[] values = new Object[schema.size()];
    values[schema.fieldIndex(Customers.CUSTOMER_ID)] = person.id();
    values[schema.fieldIndex(Customers.REGION)] = setting.regionName(person.region());
    values[schema.fieldIndex(Customers.GENDER)] = person.gender();
    values[schema.fieldIndex(Customers.BIRTH_YEAR)] = person.birthYear();
    values[schema.fieldIndex(Customers.ATTRIBUTES)] =
        scala.collection.JavaConverters.mapAsScalaMap(attributes);
    values[schema.fieldIndex("delivered_at")] = new java.sql.Timestamp(0);
    values[schema.fieldIndex("delivery")] = 1L;
    return List.of(RowFactory.create(values)).iterator();
  }

  private static Date day(Setting setting, int month) {
    return Date.valueOf(setting.calendar().day(month).toString());
  }

  private static BigDecimal amount(long cents) {
    return BigDecimal.valueOf(cents, 2).setScale(4);
  }
}
