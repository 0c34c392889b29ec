#pragma once
#include <string>

#include "temper/evaluate/attacks.h"

/// Robust accuracies as a table for a terminal, line by line, because attacks within one radius can
/// take minutes.
namespace temper::report {

/// The columns' names.
std::string attack_head();
std::string attack_line(const evaluate::RobustScore& row);
/// The accuracy without attack, and what the attack is.
std::string attack_summary(const evaluate::AttackTable& table);

/// What must be known of a table to compare it with others: the attack.
std::string attack_method(const evaluate::AttackTable& table);

/// A radius as such tables have it: "8/255" for a whole number of 255ths, else "0.5".
std::string radius_text(double radius);

}  // namespace temper::report
