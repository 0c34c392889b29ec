#pragma once
#include <filesystem>
#include <string>

#include "temper/evaluate/attacks.h"

namespace temper::report {

/// The page of an evaluation under an attack, a self-contained file: the accuracy by radius with
/// its interval, images that the attack fools beside their perturbation enlarged, and how it was
/// made.
/// @param name  of the run
std::string attack_page(const evaluate::AttackTable& table, const std::string& name);

/// Writes attack.json and attack.html into a run's directory, each atomically.
/// @return the path of the page
std::filesystem::path write_attack(const std::filesystem::path& run,
                                   const evaluate::AttackTable& table);

}  // namespace temper::report
