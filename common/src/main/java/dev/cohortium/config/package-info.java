/**
 * The study: what the user wants measured, as typed records read once from HOCON, every problem
 * reported together.
 */
package dev.cohortium.config;
