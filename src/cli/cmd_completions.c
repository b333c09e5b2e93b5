/* SPDX-License-Identifier: Apache-2.0 */
/* postern completions: scripts for shells, made from the option tables of the commands. */
#include <getopt.h>

#include "base/msg.h"
#include "base/banned.h"
#include "cli/cli.h"

static const struct cli_option options[] = {{0}};

/* What stands behind an option, by the word that --help shows. */
static const struct argument {
	const char *word, *words; /* words: all there are; NULL: a path */
	bool folder;
} arguments[] = {
    {"SEVERITY", "low medium high critical", false},
    {"N", "", false},
    {"OFFSET", "", false},
    {"DIR", NULL, true},
};

static const struct argument *argument_of(const struct cli_option *o)
{
	static const struct argument file = {"FILE", NULL, false};
	for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
		if (strcmp(arguments[i].word, o->argument) == 0)
			return &arguments[i];
	return &file;
}

static void put_escaped(const char *text, const char *special, const char *before)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			fputs(before, stdout);
		putchar(*text);
	}
}

/* ---- bash ---- */

static void bash_arguments(const struct command *c)
{
	for (const struct cli_option *o = c->options; o->name; o++) {
		if (!o->argument)
			continue;
		const struct argument *a = argument_of(o);
		printf("\t%s:--%s", c->name, o->name);
		if (o->letter)
			printf("|%s:-%c", c->name, o->letter);
		if (a->words)
			printf(") COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", a->words);
		else
			printf(") COMPREPLY=($(compgen -%c -- \"$cur\")); return ;;\n",
			       a->folder ? 'd' : 'f');
	}
}

static void bash_options(const struct command *c)
{
	printf("\t%s) words=\"--help", c->name);
	for (const struct cli_option *o = c->options; o->name; o++) {
		printf(" --%s", o->name);
		if (o->letter)
			printf(" -%c", o->letter);
	}
	puts("\" ;;");
}

static void bash(void)
{
	puts("# bash completion for postern\n_postern()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev= command=${COMP_WORDS[1]} words=\n"
	     "\tCOMPREPLY=()");
	fputs("\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W \"", stdout);
	for (size_t i = 0; commands[i]; i++)
		printf("%s ", commands[i]->name);
	puts("--help --version\" -- \"$cur\"))\n\t\treturn\n\tfi\n"
	     "\tprev=${COMP_WORDS[COMP_CWORD - 1]}\n\tcase $command:$prev in");
	for (size_t i = 0; commands[i]; i++)
		bash_arguments(commands[i]);
	puts("\tesac\n\tcase $command in");
	for (size_t i = 0; commands[i]; i++)
		bash_options(commands[i]);
	puts("\tesac\n\tcase $cur in\n\t-*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
	     "\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n\tesac\n}\n"
	     "complete -o filenames -F _postern postern");
}

/* ---- zsh ---- */

static void zsh_option(const struct cli_option *o)
{
	if (o->letter)
		printf(" \\\n\t\t\t'(-%c --%s)'{-%c,--%s}'[", o->letter, o->name, o->letter, o->name);
	else
		printf(" \\\n\t\t\t'--%s[", o->name);
	for (const char *p = o->help; *p; p++) {
		if (strchr("[]:'", *p))
			fputs(*p == '\'' ? "'\\'" : "\\", stdout);
		putchar(*p);
	}
	putchar(']');
	if (o->argument) {
		const struct argument *a = argument_of(o);
		if (a->words)
			printf(":%s:(%s)", o->argument, a->words);
		else
			printf(":%s:_files%s", o->argument, a->folder ? " -/" : "");
	}
	putchar('\'');
}

static void zsh(void)
{
	puts("#compdef postern\n\n_postern()\n{\n\tlocal -a commands\n\tcommands=(");
	for (size_t i = 0; commands[i]; i++)
		printf("\t\t'%s:%s'\n", commands[i]->name, commands[i]->summary);
	puts("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
	     "\tshift words\n\t(( CURRENT-- ))\n\tcase $words[1] in");
	for (size_t i = 0; commands[i]; i++) {
		printf("\t%s)\n\t\t_arguments '(-h --help)'{-h,--help}'[help]'", commands[i]->name);
		for (const struct cli_option *o = commands[i]->options; o->name; o++)
			zsh_option(o);
		puts(" \\\n\t\t\t'*:file:_files' ;;");
	}
	puts("\tesac\n}\n\nif [ \"$funcstack[1]\" = _postern ]; then\n\t_postern \"$@\"\nelse\n"
	     "\tcompdef _postern postern\nfi");
}

/* ---- fish ---- */

static void fish_option(const struct command *c, const struct cli_option *o)
{
	printf("complete -c postern -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->name);
	if (o->letter)
		printf(" -s %c", o->letter);
	if (o->argument) {
		const struct argument *a = argument_of(o);
		if (!a->words)
			fputs(a->folder ? " -x -a '(__fish_complete_directories)'" : " -r -F", stdout);
		else if (*a->words)
			printf(" -x -a '%s'", a->words);
		else
			fputs(" -x", stdout);
	}
	fputs(" -d '", stdout);
	put_escaped(o->help, "'\\", "\\");
	puts("'");
}

static void fish(void)
{
	puts("# fish completion for postern\ncomplete -c postern -n __fish_use_subcommand -f");
	for (size_t i = 0; commands[i]; i++) {
		const struct command *c = commands[i];
		printf("complete -c postern -n __fish_use_subcommand -f -a %s -d '", c->name);
		put_escaped(c->summary, "'\\", "\\");
		puts("'");
		for (const struct cli_option *o = c->options; o->name; o++)
			fish_option(c, o);
		printf("complete -c postern -n '__fish_seen_subcommand_from %s' -s h -l help -d help\n",
		       c->name);
	}
}

static const struct shell {
	const char *name;
	void (*put)(void);
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

static int run(const struct command *c, int argc, char **argv)
{
	const char *argument, *name = NULL;
	int option;
	while ((option = cli_next(c, argc, argv, &argument)) != -1) {
		if (option == -2)
			return EXIT_FAILED;
		name = argument;
	}
	if (optind < argc)
		name = argv[optind];
	for (size_t i = 0; name && i < sizeof shells / sizeof *shells; i++)
		if (strcmp(shells[i].name, name) == 0) {
			shells[i].put();
			return EXIT_CLEAN;
		}
	msg_error("postern completions takes the name of a shell: bash, zsh or fish");
	return EXIT_FAILED;
}

const struct command command_completions = {
    .name = "completions",
    .usage = "bash|zsh|fish",
    .summary = "print what a shell needs to complete commands and options",
    .help = "Print a completion script. An installed postern brings the scripts along.\n\n"
	    "  source <(postern completions bash)\n"
	    "  postern completions fish | source\n",
    .options = options,
    .run = run,
};
