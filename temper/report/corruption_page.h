#pragma once
#include <filesystem>
#include <string>

#include "temper/evaluate/corruptions.h"

namespace temper::report {

/// The page of an evaluation under corruptions, a self-contained file: means, a table of accuracies
/// shaded by the loss of accuracy, an image under each corruption, and how it was made.
/// @param name  of the run
std::string corruption_page(const evaluate::CorruptionTable& table, const std::string& name);

/// Writes corruptions.json and corruptions.html into a run's directory, each atomically.
/// @return the path of the page
std::filesystem::path write_corruptions(const std::filesystem::path& run,
                                        const evaluate::CorruptionTable& table);

}  // namespace temper::report
