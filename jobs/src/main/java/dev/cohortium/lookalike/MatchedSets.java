package dev.cohortium.lookalike;

import dev.cohortium.config.Study.LookAlike;
import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.Matches;
import dev.cohortium.stats.MatchingRule;
import dev.cohortium.stats.NearestNeighbour;
import dev.cohortium.stats.ScoredUnits;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Matches the treated of each block with its candidates, stratum by stratum.
 *
 * <p>Only scores and ids cross the network, those of a block as arrays. Strata follow each other in
 * the order of their orders: who serves at an order is not there at later ones. The other way round
 * what a candidate does later would decide whether it is one.
 */
final class MatchedSets {
  static final String CUSTOMER_ID = "customer_id";
  static final String UNIT = "unit";
  static final String SET = "matched_set";
  static final String IS_TREATED = "is_treated";
  static final String MONTH = "month";

  /** Which of the month's opportunities it is, {@link Opportunity#order}. */
  static final String ORDER = "joining_order";

  static final String SCORE = "score";
  static final String DISTANCE = "distance";
  static final String WEIGHT = "weight";
  static final String REASON = "reason";
  static final String EXACT = "exact";

  /** Whole months, before those that describe them, in which all of a set were known. */
  static final String KNOWN = "known";

  /** Of a member: net revenue and orders per month before joining. */
  static final String PRE_SPEND = "pre_spend";

  static final String PRE_ORDERS = "pre_orders";

  /** Of a member: the share of its stratum's customers whom matching took. */
  static final String TAKEN = "taken";

  /** One row per unit of a set; a treated without a match has a reason and no weight. */
  static final StructType SCHEMA =
      StructType.fromDDL(
          "customer_id string not null, unit bigint not null, matched_set bigint not null,"
              + " is_treated boolean not null, month int not null, joining_order int not null,"
              + " exact string not null, score double not null,"
              + " distance double, weight double, known int not null, pre_spend double, pre_orders double,"
              + " taken double, reason string");

  private MatchedSets() {}

  /** The units of one block, by arrays. */
  private static final class Block implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private int count;
    private String[] customers = new String[4];
    private long[] ids = new long[4];
    private double[] scores = new double[4];
    private double[] calipers = new double[4];
    private byte[] orders = new byte[4];
    private int[] known = new int[4];
    private final Map<Long, double[]> spent = new HashMap<>();
    private boolean[] treated = new boolean[4];
    private int month;
    private String exact;

    void add(Unit unit, double score, double caliper) {
      room(count + 1);
      month = unit.month();
      exact = unit.exact();
      customers[count] = unit.customer();
      ids[count] = unit.id();
      scores[count] = score;
      calipers[count] = caliper;
      orders[count] = (byte) unit.order();
      known[count] = unit.knownBefore();
      if (unit.isTreated()) {
        spent.put(unit.id(), new double[] {unit.before(0), unit.before(1)});
      }
      treated[count++] = unit.isTreated();
    }

    Block plus(Block other) {
      room(count + other.count);
      System.arraycopy(other.customers, 0, customers, count, other.count);
      System.arraycopy(other.ids, 0, ids, count, other.count);
      System.arraycopy(other.scores, 0, scores, count, other.count);
      System.arraycopy(other.calipers, 0, calipers, count, other.count);
      System.arraycopy(other.orders, 0, orders, count, other.count);
      System.arraycopy(other.known, 0, known, count, other.count);
      spent.putAll(other.spent);
      System.arraycopy(other.treated, 0, treated, count, other.count);
      count += other.count;
      return this;
    }

    private void room(int needed) {
      if (needed > ids.length) {
        int size = Math.max(needed, 2 * ids.length);
        customers = Arrays.copyOf(customers, size);
        ids = Arrays.copyOf(ids, size);
        scores = Arrays.copyOf(scores, size);
        calipers = Arrays.copyOf(calipers, size);
        orders = Arrays.copyOf(orders, size);
        known = Arrays.copyOf(known, size);
        treated = Arrays.copyOf(treated, size);
      }
    }

    int[] rows(int order, boolean isTreated, Set<String> taken) {
      int[] rows = new int[count];
      int found = 0;
      for (int row = 0; row < count; row++) {
        if (orders[row] == order
            && treated[row] == isTreated
            && (isTreated || !taken.contains(customers[row]))) {
          rows[found++] = row;
        }
      }
      return Arrays.copyOf(rows, found);
    }

    ScoredUnits scored(String name, int[] rows) {
      return ScoredUnits.of(
          name,
          Arrays.stream(rows).mapToDouble(row -> scores[row]).toArray(),
          Arrays.stream(rows).mapToLong(row -> ids[row]).toArray());
    }

    int orders() {
      int most = 0;
      for (int row = 0; row < count; row++) {
        most = Math.max(most, orders[row]);
      }
      return most;
    }
  }

  /**
   * The matched sets. Out: {@link #SCHEMA}.
   *
   * @param calipers by group, in logits
   */
  static Dataset<Row> of(
      Dataset<Row> rows,
      Units units,
      Scores scores,
      Map<String, Double> calipers,
      LookAlike asked) {
    MatchingRule rule = rule(asked);
    return rows.sparkSession()
        .createDataFrame(
            Sweep.partitions(
                    rows, (Iterator<Row> partition) -> blocks(partition, units, scores, calipers))
                .mapToPair(block -> block)
                .reduceByKey(Block::plus)
                .flatMap(block -> matched(block._2(), rule).iterator()),
            SCHEMA);
  }

  private static MatchingRule rule(LookAlike asked) {
    return MatchingRule.oneToOne(0)
        .withRatio(asked.ratio())
        .with(
            asked.replacement() ? MatchingRule.Replacement.WITH : MatchingRule.Replacement.WITHOUT)
        .with(
            switch (asked.order()) {
              case DESCENDING -> MatchingRule.TreatedOrder.DESCENDING;
              case ASCENDING -> MatchingRule.TreatedOrder.ASCENDING;
              case RANDOM -> MatchingRule.TreatedOrder.HASHED_ID;
            });
  }

  private static Iterator<Tuple2<String, Block>> blocks(
      Iterator<Row> partition, Units units, Scores scores, Map<String, Double> calipers) {
    Map<String, Block> blocks = new HashMap<>();
    while (partition.hasNext()) {
      for (Unit unit : units.of(partition.next())) {
        if (scores.has(unit.group()) && calipers.containsKey(unit.group())) {
          blocks
              .computeIfAbsent(unit.block(), key -> new Block())
              .add(unit, scores.logit(unit.group(), unit.covariates()), calipers.get(unit.group()));
        }
      }
    }
    List<Tuple2<String, Block>> all = new ArrayList<>();
    blocks.forEach((key, block) -> all.add(new Tuple2<>(key, block)));
    return all.iterator();
  }

  private static List<Row> matched(Block block, MatchingRule asked) {
    List<Row> rows = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (int order = 1; order <= block.orders(); order++) {
      int[] treated = block.rows(order, true, taken);
      int[] candidates = block.rows(order, false, taken);
      if (treated.length == 0) {
        continue;
      }
      MatchingRule rule = asked.within(block.calipers[treated[0]]);
      Matches matches =
          NearestNeighbour.match(
              block.scored("members", treated), block.scored("candidates", candidates), rule);
      double used =
          candidates.length == 0 ? 1 : (double) distinctControls(matches) / candidates.length;
      for (int member = 0; member < treated.length; member++) {
        int row = treated[member];
        int controls = matches.controlCount(member);
        int known = block.known[row];
        for (int nth = 0; nth < controls; nth++) {
          known = Math.min(known, block.known[candidates[matches.control(member, nth)]]);
        }
        rows.add(member(block, row, known, controls, used, matches.reason(member)));
        for (int nth = 0; nth < controls; nth++) {
          int control = candidates[matches.control(member, nth)];
          rows.add(lookAlike(block, control, row, known, 1.0 / controls));
          if (rule.replacement() == MatchingRule.Replacement.WITHOUT) {
            taken.add(block.customers[control]);
          }
        }
      }
    }
    return rows;
  }

  private static long distinctControls(Matches matches) {
    return Arrays.stream(matches.pairControls()).distinct().count();
  }

  private static Row member(
      Block block,
      int row,
      int known,
      int controls,
      double taken,
      Optional<Matches.Reason> reason) {
    double[] spent = block.spent.get(block.ids[row]);
    return RowFactory.create(
        block.customers[row],
        block.ids[row],
        block.ids[row],
        true,
        block.month,
        (int) block.orders[row],
        block.exact,
        block.scores[row],
        0.0,
        controls == 0 ? null : 1.0,
        known,
        spent[0],
        spent[1],
        taken,
        reason.map(Matches.Reason::name).orElse(null));
  }

  private static Row lookAlike(Block block, int row, int member, int known, double weight) {
    return RowFactory.create(
        block.customers[row],
        block.ids[row],
        block.ids[member],
        false,
        block.month,
        (int) block.orders[row],
        block.exact,
        block.scores[row],
        Math.abs(block.scores[member] - block.scores[row]),
        weight,
        known,
        null,
        null,
        null,
        null);
  }
}
