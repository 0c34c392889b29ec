#pragma once
#include <CLI/App.hpp>
#include <string>
#include <vector>

/// The program's commands, one file each. Each function adds its command to the app.
namespace temper::cli {

/// @param command_line  for the run's environment.json
void add_train(CLI::App& app, const std::vector<std::string>& command_line);
void add_eval(CLI::App& app);
void add_predict(CLI::App& app);
void add_report(CLI::App& app);
void add_replay(CLI::App& app);
void add_diff(CLI::App& app);
void add_data(CLI::App& app);
void add_bench(CLI::App& app);
void add_list(CLI::App& app);
void add_explain(CLI::App& app);
void add_recipe(CLI::App& app);
void add_selftest(CLI::App& app);
void add_completion(CLI::App& app);  ///< last: it completes the commands added before

}  // namespace temper::cli
