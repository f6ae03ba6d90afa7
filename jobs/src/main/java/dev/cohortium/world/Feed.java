package dev.cohortium.world;

import dev.cohortium.config.World;
import java.util.List;
import java.util.Locale;

/** A source that a world delivers, and which of its columns can be spoilt. */
enum Feed {
  TRANSACTIONS(
      "transaction_id,line_no,customer_id,occurred_at,store_id,channel,product_id,category,quantity,net_amount,discount_amount,cost_amount,currency,card_used",
      "transaction_id",
      "net_amount",
      "currency",
      "occurred_at"),
  CUSTOMERS(
      "customer_id,registered_at,birth_year,gender,income_band,region,city,replicate,home_store,channel",
      "customer_id",
      "birth_year",
      "",
      "registered_at"),
  ENROLMENTS(
      "customer_id,enrolled_at,left_at,tier", "customer_id", "enrolled_at", "", "enrolled_at"),
  REWARDS(
      "entry_id,customer_id,occurred_at,kind,points,cost_amount",
      "entry_id",
      "points",
      "kind",
      "occurred_at"),
  ASSIGNMENTS(
      "experiment_id,customer_id,arm,assigned_at,stratum",
      "customer_id",
      "assigned_at",
      "",
      "assigned_at"),
  EXPOSURES("experiment_id,customer_id,exposed_at", "customer_id", "exposed_at", "", "exposed_at"),
  SURVEYS(
      "response_id,customer_id,answered_at,question,score,touchpoint,brand",
      "response_id",
      "score",
      "question",
      "answered_at"),
  STORES(
      "store_id,region,pilot_arm,pilot_started_at,replicate",
      "store_id",
      "pilot_started_at",
      "",
      "pilot_started_at");

  private final String columns;
  private final String folder;
  private final int key;
  private final int parsed;
  private final int word;
  private final int time;

  Feed(String columns, String key, String parsed, String word, String time) {
    this.columns = columns;
    this.folder = name().toLowerCase(Locale.ROOT);
    this.key = columns().indexOf(key);
    this.parsed = columns().indexOf(parsed);
    this.word = columns().indexOf(word);
    this.time = columns().indexOf(time);
  }

  /** Folder of its files. */
  String folder() {
    return folder;
  }

  List<String> columns() {
    return List.of(columns.split(",", -1));
  }

  /** Whether a world has such a source at all. */
  boolean isDelivered(World world) {
    return world.experiment().takesPlace() || (this != ASSIGNMENTS && this != EXPOSURES);
  }

  /** Whether its files are text. */
  boolean isText(World world) {
    return this != TRANSACTIONS || world.format() == World.Format.CSV;
  }

  /** A column without which a row is none. */
  int key() {
    return key;
  }

  /** A column whose text must parse. */
  int parsed() {
    return parsed;
  }

  /** A column of which only some words are known; -1: none. */
  int word() {
    return word;
  }

  /** When it happened. */
  int time() {
    return time;
  }
}
