//! Hook calls of coding agents, as documented by their vendors, and the responses.

use crate::support;

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use support::guarded::secret;
use support::repository::{TempRepo, all_output};
use support::tokens::localstack_auth_token as token;

/// Runs the hook in the repository's folder with this input.
fn ask(repository: &TempRepo, input: &str) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    command.args(["hook", "run", "--stage", "agent"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(!all_output(&output).contains(&token(1)[3..12]), "{}", all_output(&output));
    output
}

/// "PreToolUse input" of Claude Code's hooks reference.
fn claude(tool: &str, input: &Value) -> String {
    json!({
        "session_id": "abc123",
        "transcript_path": "/Users/x/.claude/projects/p/00893aaf-19fa-41d2-8238-13269b9b3ca0.jsonl",
        "cwd": "",
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": tool,
        "tool_input": input,
        "tool_use_id": "toolu_01ABC123",
    })
    .to_string()
}

/// "Common schema" of Cursor's hooks documentation, with the event's own fields.
fn cursor(event: &str, more: &Value) -> String {
    let mut call = json!({
        "conversation_id": "668320d2-2fd8-4888-b33c-2a466fec86e7",
        "generation_id": "490b90b7-a2ce-4c2c-bb76-cb77b125df2f",
        "model": "claude-4-sonnet",
        "hook_event_name": event,
        "cursor_version": "1.7.2",
        "workspace_roots": ["/project"],
        "user_email": "user@example.com",
        "transcript_path": null,
    });
    call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call.to_string()
}

/// Claude Code blocks on exit code 2 and reads standard error.
fn assert_claude(repository: &TempRepo, tool: &str, input: Value, words: &[&str]) {
    let output = ask(repository, &claude(tool, &input));
    let code = if words.is_empty() { 0 } else { 2 };
    assert_eq!(output.status.code(), Some(code), "{input}: {}", all_output(&output));
    assert_eq!(output.stdout, b"");
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.is_empty(), words.is_empty(), "{message}");
    words.iter().for_each(|word| assert!(message.contains(word), "{message}"));
}

/// Cursor reads JSON on standard output.
fn assert_cursor(repository: &TempRepo, event: &str, more: Value, words: &[&str]) {
    let output = ask(repository, &cursor(event, &more));
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    if words.is_empty() {
        // The response grants no permission.
        assert_eq!(answer, json!({}), "{more}");
        return;
    }
    let message = answer["user_message"].as_str().unwrap();
    match event {
        "beforeSubmitPrompt" => assert_eq!(answer["continue"], false),
        _ => assert_eq!(
            (&answer["permission"], &answer["agent_message"]),
            (&json!("deny"), &json!(message))
        ),
    }
    words.iter().for_each(|word| assert!(message.contains(word), "{message}"));
}

#[test]
fn claude_code_does_not_write_a_credential() {
    let repository = TempRepo::new();
    let env = |text: &str| json!({ "file_path": "deploy/.env", "content": text });
    assert_claude(&repository, "Write", env("PORT=80\n"), &[]);
    let words = ["LocalStack auth token", "ls-********", "deploy/.env at line 2, column 23"];
    assert_claude(&repository, "Write", env(&format!("PORT=80\n{}", secret(1))), &words);
    let allowed = format!("# keysieve:allow localstack-auth-token a test value\n{}", secret(1));
    assert_claude(&repository, "Write", env(&allowed), &[]);
    let notebook = json!({ "notebook_path": "a.ipynb", "new_source": secret(1), "cell_id": "x" });
    assert_claude(&repository, "NotebookEdit", notebook, &["at line 1"]);
    assert_claude(&repository, "mcp__db__query", json!({ "a": [{ "q": token(1) }] }), &["ls-"]);
    assert_claude(&repository, "Read", json!({ "file_path": "deploy/.env" }), &[]);
    assert_claude(&repository, "Write", env(&format!("\0{}", secret(1))), &["ls-********"]);
}

#[test]
fn what_was_in_the_file_before_does_not_block_the_agent() {
    let repository = TempRepo::new();
    let absolute = repository.path().join("a.py");
    repository.write("a.py", format!("port = 80\nkey = '{}'\npassword = ''\n", token(1)));
    for path in ["a.py", absolute.to_str().unwrap()] {
        let edit = |old: &str, new: &str| json!({ "file_path": path, "old_string": old, "new_string": new });
        assert_claude(&repository, "Edit", edit("port = 80", "port = 81"), &[]);
        assert_claude(&repository, "Edit", edit(&format!("'{}'", token(1)), "load()"), &[]);
        let words = ["a.py at line 1, column 1"];
        assert_claude(&repository, "Edit", edit("port = 80", &token(2)), &words);
        // Only the file contains the name that identifies the value as a secret.
        let value = ["q7Rv2", "TzX9mK4p", "Lw8Yb3"].concat();
        let words = ["a.py at line 3"];
        assert_claude(&repository, "Edit", edit("= ''", &format!("= '{value}'")), &words);
        let whole = json!({ "file_path": path, "content": format!("{}{}", secret(1), secret(2)) });
        assert_claude(&repository, "Write", whole, &["a.py at line 2"]);
        let edits = json!([
            { "old_string": "80", "new_string": "81" },
            { "old_string": "81", "new_string": token(2), "replace_all": true },
        ]);
        let words = ["a.py at line 1, column 8"];
        assert_claude(
            &repository,
            "MultiEdit",
            json!({ "file_path": path, "edits": edits }),
            &words,
        );
    }
    let new = json!({ "file_path": "new.py", "old_string": token(1), "new_string": secret(1) });
    assert_claude(&repository, "Edit", new, &[]);
    let new = json!({ "file_path": "new.py", "old_string": "", "new_string": secret(1) });
    assert_claude(&repository, "Edit", new, &["new.py at line 1"]);
}

#[test]
fn a_command_is_scanned_as_text() {
    let repository = TempRepo::new();
    for command in [
        format!("git commit -m \"use {}\"", token(1)),
        format!("export TOKEN={}", token(1)),
        format!("curl -H \"Authorization: Bearer {}\" https://example.com", token(1)),
        format!("cat > .env <<EOF\n{}EOF\n", secret(1)),
    ] {
        let bash = json!({ "command": command, "description": "d", "timeout": 120_000 });
        assert_claude(&repository, "Bash", bash, &["in the text at line"]);
        let shell = json!({ "command": command, "cwd": "/project", "sandbox": false });
        assert_cursor(&repository, "beforeShellExecution", shell, &["in the text at line"]);
    }
    assert_claude(&repository, "Bash", json!({ "command": "export TOKEN=$(pass show x)" }), &[]);
    let shell = json!({ "command": "curl -H \"Authorization: Bearer $TOKEN\" x", "cwd": "" });
    assert_cursor(&repository, "beforeShellExecution", shell, &[]);
}

#[test]
fn every_event_of_cursor_has_a_response() {
    let repository = TempRepo::new();
    let write = json!({ "file_path": "x.ts", "content": secret(1) });
    let call = json!({ "tool_name": "Write", "tool_input": write, "tool_use_id": "a", "cwd": "" });
    assert_cursor(&repository, "preToolUse", call, &["x.ts at line 1"]);
    let text = json!({ "query": secret(1) }).to_string();
    let call = json!({ "tool_name": "q", "tool_input": text, "url": "https://example.com" });
    assert_cursor(&repository, "beforeMCPExecution", call, &["ls-********"]);
    let edits = json!([{ "old_string": "", "new_string": secret(1) }]);
    repository.write("x.ts", secret(1));
    let call = json!({ "file_path": "x.ts", "edits": edits });
    assert_cursor(&repository, "afterFileEdit", call, &["x.ts at line 1"]);
    let edits = json!([{ "old_string": secret(1), "new_string": "1" }]);
    let call = json!({ "file_path": "x.ts", "edits": edits });
    assert_cursor(&repository, "afterFileEdit", call, &[]);
    let edits = json!([{ "old_string": "x", "new_string": "y" }, { "text": secret(1) }, token(1)]);
    let call = json!({ "file_path": "x.ts", "edits": edits });
    assert_cursor(&repository, "afterFileEdit", call, &["credential"]);
    let call = json!({ "prompt": format!("use {}", token(1)), "attachments": [] });
    assert_cursor(&repository, "beforeSubmitPrompt", call, &["ls-********"]);
    assert_cursor(&repository, "stop", json!({ "status": "completed", "loop_count": 0 }), &[]);
}

#[test]
fn a_call_that_cannot_be_parsed_is_blocked() {
    let repository = TempRepo::new();
    for input in ["", "x", "[]", "{}", "{\"hook_event_name\": 1}", "{\"hook_event_name\": \"\"}"] {
        let output = ask(&repository, input);
        assert_eq!(output.status.code(), Some(2), "{input}");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["permission"], "deny");
        assert!(all_output(&output).contains("docs/agents.md"), "{}", all_output(&output));
    }
    let output = ask(&repository, "{\"hook_event_name\": \"PreToolUse\", \"tool_name\": \"Bash\"}");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(2), &b""[..]));
    assert!(all_output(&output).contains("has no tool_input"), "{}", all_output(&output));
    assert_cursor(&repository, "beforeShellExecution", json!({}), &["has no command"]);
    let broken = format!("{{\"x\": \"{}", token(1));
    assert_eq!(ask(&repository, &broken).status.code(), Some(2));
}

#[test]
fn the_baseline_and_a_folder_outside_of_git_are_fine() {
    let repository = TempRepo::new();
    let write = claude("Write", &json!({ "file_path": "a", "content": secret(1) }));
    repository.write(".keysieve-baseline.toml", "version = 2\n");
    repository.git(&["add", "."]);
    assert_eq!(ask(&repository, &write).status.code(), Some(2));

    let outside = tempfile::tempdir().unwrap();
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), outside.path());
    command.args(["hook", "run", "--stage", "agent"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(write.as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn what_cannot_be_judged_blocks_either_agent() {
    let repository = TempRepo::new();
    // An invalid configuration in a folder: it is unknown whether the finding fails.
    repository.write("one/.keysieve.toml", "decode-depth = 1");
    repository.git(&["add", "--all"]);
    let path = repository.path().join("one/a").display().to_string();
    let write = json!({ "file_path": path, "content": format!("password = \"{}\"", "x1") });
    assert_claude(&repository, "Write", write, &[]);
    let write = json!({ "file_path": path, "content": secret(1) });
    assert_claude(&repository, "Write", write, &["decode-depth", "could not be scanned"]);
    // Even a finding that would only be a warning is blocked.
    let unsure = ["ftp://ann:", "Yq7xT2mWn4", "@files.example.org/x\n"].concat();
    let write = |path: String| json!({ "file_path": path, "content": unsure });
    assert_claude(&repository, "Write", write(path), &["decode-depth"]);
    let elsewhere = repository.path().join("two").display().to_string();
    assert_claude(&repository, "Write", write(elsewhere), &[]);
}

#[test]
fn a_files_own_folder_decides_whatever_folder_the_agent_is_in() {
    let repository = TempRepo::new();
    let exclude = "[[exclude]]\npaths = [\"/gen\"]\nreason = \"made by a tool\"\n";
    repository.write("one/.keysieve.toml", exclude);
    repository.write("two/here", "");
    repository.git(&["add", "--all"]);
    let write = |path: &str, from: &str, words: &[&str]| {
        let path = repository.path().join(path).display().to_string();
        let mut call: Value = serde_json::from_str(&claude(
            "Write",
            &json!({ "file_path": path, "content": secret(1) }),
        ))
        .unwrap();
        call["cwd"] = json!(repository.path().join(from).display().to_string());
        let output = ask(&repository, &call.to_string());
        words.iter().for_each(|word| {
            assert!(all_output(&output).contains(word), "{}", all_output(&output))
        });
        assert_eq!(output.status.code(), Some(if words.is_empty() { 0 } else { 2 }));
    };
    for from in ["", "one", "two"] {
        write("one/gen/a", from, &[]);
        write("one/a", from, &["in one/a at line 1"]);
        write("two/gen/a", from, &["in two/gen/a at line 1"]);
    }
}
