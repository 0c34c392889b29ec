#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/study/engine/result.h"

/// The texts that results are stored in (store.h). What is written is read back exactly. Reading
/// throws Error{Code::data} with the line for anything else; `name` is that of the file.
namespace temper::study {

/// results.csv: a row for each result, without curves and correctness. After the columns
/// fingerprint, numerics, seed, outcome, label and measures there is one for each figure that any
/// of them has, in alphabetical order; an empty field is a figure that the result lacks.
std::string results_text(std::span<const Result> results);
/// The columns may be in any order, as in a file that was edited or merged.
std::vector<Result> parse_results(std::string_view text, const std::string& name);

/// epoch,seconds,train_loss,validation_loss,accuracy; NaN is an empty field.
std::string curve_text(std::span<const Epoch> epochs);
std::vector<Epoch> parse_curve(std::string_view text, const std::string& name);

/// The number of images, a colon, and a hexadecimal digit for every four images, the first of them
/// in its highest bit.
std::string correct_text(const std::vector<bool>& correct);
std::vector<bool> parse_correct(std::string_view text, const std::string& name);

}  // namespace temper::study
