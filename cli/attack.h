#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command.h"

namespace temper::cli {

/// The options of `temper eval --attack`.
struct AttackArguments {
  std::string method;  ///< "": no attack
  std::string norm = "linf";
  std::string loss = "cross_entropy";
  std::vector<std::string> radii;
  std::string step_size;
  std::optional<std::int64_t> steps;
  std::int64_t restarts = 1;
  std::int64_t images = 0;
  std::int64_t seed = 1;
  bool no_random_start = false;
};

/// What an attack evaluates.
struct Attacked {
  std::string run;
  std::string split;
  std::string weights;
  std::vector<std::string> sets;
  bool as_json = false;
};

/// @return --attack, without which the others are refused
Argument add_attack(const Command& command, AttackArguments& arguments);

/// Prints the table, and writes it and its page into the run's directory.
void evaluate_attack(const Attacked& what, const AttackArguments& arguments);

}  // namespace temper::cli
