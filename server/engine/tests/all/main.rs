//! Tests of the engine from outside: what a person at the table, at the desk or with an editor would notice.

mod bots;
mod broken;
mod common;
mod damage;
mod explore;
mod flow;
mod folds;
mod fuzz;
mod language;
mod manual;
mod people;
mod plays;
mod readers;
mod secrets;
mod simulate;
mod together;
mod views;
