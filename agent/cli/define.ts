import type { Command } from "commander";
import type { Cli } from "./cli.ts";

/** What a command's file exports as `define`: adds arguments, options and the action to the command that bears its name. */
export type Define = (command: Command, cli: Cli, whole: WholeProgram) => void;

/** A fresh program with every command defined, for who wants to look at all of them. */
export type WholeProgram = () => Promise<Command>;
