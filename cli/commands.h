#pragma once
#include <string>
#include <vector>

#include "command.h"

/// The program's commands, one per file. Each function adds its command to the app.
namespace temper::cli {

/// @param command_line  for the run's environment.json
void add_train(const Command& app, const std::vector<std::string>& command_line);
void add_eval(const Command& app);
void add_predict(const Command& app);
void add_export(const Command& app);
void add_embed(const Command& app);
void add_preview(const Command& app);
void add_report(const Command& app);
void add_watch(const Command& app);
void add_replay(const Command& app);
void add_diff(const Command& app);
void add_compare(const Command& app);
void add_runs(const Command& app);
void add_ablate(const Command& app);
void add_why(const Command& app);
void add_tune(const Command& app);
void add_data(const Command& app);
void add_bench(const Command& app);
void add_list(const Command& app);
void add_explain(const Command& app);
void add_inspect(const Command& app);
void add_import(const Command& app);
void add_recipe(const Command& app);
void add_selftest(const Command& app);
void add_completion(const Command& app);

}  // namespace temper::cli
