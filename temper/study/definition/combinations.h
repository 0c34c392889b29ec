#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "temper/study/definition/study.h"

namespace temper::study {

inline constexpr std::size_t kMostCombinations = 1000;

/// Rows that are trained together.
struct Combination {
  std::string name;
  std::vector<std::size_t> rows;  ///< ascending
};

/// What a study's mode trains, each once, the base first. The same study has the same combinations
/// on every machine.
std::vector<Combination> combinations(const Study& study);

/// How many combinations the grid of all rows has, the base included.
double number_of_combinations(const Study& study);

}  // namespace temper::study
